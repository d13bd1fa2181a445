import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Adds up Surefire's reports over all modules and names the tests that were skipped, which Surefire only counts:
 * {@code TestSummary REPORTS_FOLDER...}.
 */
final class TestSummary {
    private int tests;
    private double seconds;
    private final List<String> skipped = new ArrayList<>();

    public static void main(String[] folders) throws Exception {
        TestSummary summary = new TestSummary();
        for (Path folder :
                Arrays.stream(folders).map(Path::of).filter(Files::isDirectory).toList()) {
            for (Path report : reports(folder)) {
                summary.add(report);
            }
        }
        summary.print();
    }

    private static List<Path> reports(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml"))
                    .sorted()
                    .toList();
        }
    }

    private void add(Path report) throws Exception {
        Element suite = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(report.toFile())
                .getDocumentElement();
        tests += Integer.parseInt(suite.getAttribute("tests"));
        seconds += Double.parseDouble(suite.getAttribute("time").replace(",", ""));
        NodeList cases = suite.getElementsByTagName("testcase");
        for (int i = 0; i < cases.getLength(); i++) {
            addIfSkipped((Element) cases.item(i));
        }
    }

    private void addIfSkipped(Element test) {
        NodeList marks = test.getElementsByTagName("skipped");
        if (marks.getLength() > 0) {
            Element mark = (Element) marks.item(0);
            String reason = mark.hasAttribute("message") ? mark.getAttribute("message") : mark.getTextContent();
            skipped.add(test.getAttribute("classname") + "." + test.getAttribute("name") + ": " + firstLine(reason));
        }
    }

    private static String firstLine(String text) {
        return text.strip().lines().findFirst().orElse("no reason given").replaceFirst("^[\\w.$]+Exception: ", "");
    }

    private void print() {
        skipped.forEach(test -> System.out.println("Skipped " + test));
        System.out.printf(
                Locale.ROOT,
                "Tests of all modules: %d run, %d skipped, %.0f s%n",
                tests - skipped.size(),
                skipped.size(),
                seconds);
    }
}
