package dev.barnabas.protocol.generator;

import java.util.List;

/** A message's top level, or a struct nested in it. */
public record Struct(String name, String about, List<Field> fields) {
    public Struct {
        fields = List.copyOf(fields);
    }
}
