package dev.barnabas.benchmarks;

import java.util.List;
import java.util.Set;

/** The arguments of a program: {@code name=value}, and flags. */
record Arguments(List<String> all) {

    Arguments {
        all = List.copyOf(all);
    }

    String text(String name, String otherwise) {
        return all.stream()
                .filter(argument -> argument.startsWith(name + "="))
                .map(argument -> argument.substring(name.length() + 1))
                .findFirst()
                .orElse(otherwise);
    }

    int number(String name, int otherwise) {
        return Integer.parseInt(text(name, Integer.toString(otherwise)));
    }

    /** What stands between commas. */
    Set<String> set(String name, String otherwise) {
        return Set.of(text(name, otherwise).split(","));
    }

    boolean has(String flag) {
        return all.contains(flag);
    }
}
