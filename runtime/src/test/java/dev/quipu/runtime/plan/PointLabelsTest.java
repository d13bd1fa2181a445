package dev.quipu.runtime.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PointLabelsTest {
    private static final double WIDTH = 900;
    private static final String NAME = "budget=2.5GiB";
    private static final double LETTERS = 7 * NAME.length();

    /** Letters are a little narrower and lower than the boxes that keep them apart. */
    private static Rectangle2D letters(Point2D middle) {
        return new Rectangle2D.Double(middle.getX() - LETTERS / 2, middle.getY() - 5, LETTERS, 10);
    }

    @Test
    void labelsCoverNoOtherAndNoPoint() {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 200; round++) {
            List<Point2D> points = IntStream.range(0, 6)
                    .<Point2D>mapToObj(i -> new Point2D.Double(WIDTH * random.nextDouble(), 60 * random.nextDouble()))
                    .toList();
            PointLabels labels = new PointLabels(WIDTH, points);
            List<Rectangle2D> placed = new ArrayList<>();
            for (Point2D point : points) {
                Rectangle2D label = letters(labels.place(NAME, point));
                assertTrue(placed.stream().noneMatch(label::intersects), () -> label + " over one of " + placed);
                assertTrue(points.stream().noneMatch(label::contains), () -> label + " over one of " + points);
                assertTrue(label.getMinX() >= 0 && label.getMaxX() <= WIDTH, label::toString);
                placed.add(label);
            }
        }
    }

    @Test
    void aLonePointHasItsLabelToTheUpperRight() {
        Point2D point = new Point2D.Double(100, 50);
        Point2D label = new PointLabels(WIDTH, List.of(point)).place("ab", point);
        assertEquals(new Point2D.Double(113.5, 64), label);
    }
}
