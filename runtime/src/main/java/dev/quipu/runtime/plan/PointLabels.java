package dev.quipu.runtime.plan;

import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/**
 * Places for the labels of points on a falling, convex line: to the upper right, where the line never is, and higher where
 * another label or point is in the way.
 */
final class PointLabels {
    private static final double LETTER = 7.5;
    private static final double HEIGHT = 16;
    private static final double LEADING = 2;
    private static final double DISTANCE = 6;
    private static final int STOREYS = 8;

    private final double width;
    private final List<Rectangle2D> taken = new ArrayList<>();

    /**
     * @param width of the area, in pixels
     * @param points in pixels, y upwards
     */
    PointLabels(double width, List<Point2D> points) {
        this.width = width;
        points.forEach(point -> taken.add(
                new Rectangle2D.Double(point.getX() - DISTANCE, point.getY() - DISTANCE, 2 * DISTANCE, 2 * DISTANCE)));
    }

    /** The middle of a label that is in nobody's way, and from now on in others'. */
    Point2D place(String text, Point2D point) {
        double half = LETTER * text.length() / 2;
        for (int storey = 0; storey < STOREYS; storey++) {
            double y = point.getY() + DISTANCE + HEIGHT * (storey + 0.5);
            for (double x : new double[] {point.getX() + half + DISTANCE, point.getX(), point.getX() - half}) {
                Rectangle2D box = new Rectangle2D.Double(x - half, y - HEIGHT / 2, 2 * half, HEIGHT);
                Rectangle2D letters =
                        new Rectangle2D.Double(box.getX(), box.getY() + LEADING, box.getWidth(), HEIGHT - 2 * LEADING);
                if (box.getMinX() >= 0
                        && box.getMaxX() <= width
                        && taken.stream().noneMatch(letters::intersects)) {
                    taken.add(box);
                    return new Point2D.Double(x, y);
                }
            }
        }
        return point;
    }
}
