package dev.barnabas.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** All figures of all runs: per case and figure, one value per run of each subject. */
final class Measured {

    private final Map<String, Map<String, List<Double>>> byRow = new LinkedHashMap<>();

    void add(String row, String subject, double value) {
        byRow.computeIfAbsent(row, _ -> new LinkedHashMap<>())
                .computeIfAbsent(subject, _ -> new ArrayList<>())
                .add(value);
    }

    /** A table in Markdown: medians with the lowest and highest value, and ratios to the first subject, run by run. */
    String table(List<String> subjects) {
        StringBuilder text = new StringBuilder("| what |");
        subjects.forEach(subject -> text.append(' ').append(subject).append(" |"));
        subjects.stream()
                .skip(1)
                .forEach(subject -> text.append(' ')
                        .append(subject)
                        .append(" / ")
                        .append(subjects.getFirst())
                        .append(" |"));
        text.append("\n|---|").append("---|".repeat(2 * subjects.size() - 1)).append('\n');
        byRow.forEach((row, values) -> {
            text.append("| ").append(row).append(" |");
            for (String subject : subjects) {
                text.append(' ')
                        .append(spread(values.getOrDefault(subject, List.of())))
                        .append(" |");
            }
            List<Double> base = values.getOrDefault(subjects.getFirst(), List.of());
            for (String subject : subjects.subList(1, subjects.size())) {
                text.append(' ')
                        .append(spread(ratios(values.getOrDefault(subject, List.of()), base)))
                        .append(" |");
            }
            text.append('\n');
        });
        return text.toString();
    }

    /** The same as JSON: for each case and figure, per subject, the value of each run. */
    String json() {
        return byRow.entrySet().stream()
                .map(row -> "  \"" + row.getKey() + "\": {"
                        + row.getValue().entrySet().stream()
                                .map(subject -> "\"" + subject.getKey() + "\": " + subject.getValue())
                                .collect(Collectors.joining(", "))
                        + "}")
                .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
    }

    private static List<Double> ratios(List<Double> of, List<Double> to) {
        List<Double> ratios = new ArrayList<>();
        for (int run = 0; run < Math.min(of.size(), to.size()); run++) {
            double ratio = of.get(run) / to.get(run);
            // Nothing can be said in relation to none.
            if (Double.isFinite(ratio)) {
                ratios.add(ratio);
            }
        }
        return ratios;
    }

    private static String spread(List<Double> values) {
        if (values.isEmpty()) {
            return "-";
        }
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        return sorted.length == 1
                ? number(median)
                : number(median) + " (" + number(sorted[0]) + "-" + number(sorted[sorted.length - 1]) + ")";
    }

    private static String number(double value) {
        int digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
}
