package dev.barnabas.protocol.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SchemaParserTest {
    private static Schema parse(String fields) {
        return SchemaParser.parse("""
            // A comment.
            { "type": "data", "name": "X", "validVersions": "1-4", "flexibleVersions": "3+",
              "fields": [ %s ] }
            """.formatted(fields), "X.json");
    }

    private static Field parseField(String rest) {
        return parse("{ \"name\": \"Some\", " + rest + " }").root().fields().getFirst();
    }

    @Test
    void readsAField() {
        Field field = parseField("""
            "type": "[]string", "versions": "1+", "nullableVersions": "2+", "taggedVersions": "3+", "tag": 7,
            "default": "null", "ignorable": true, "about": "Some strings.", "entityType": "topicName"
            """);

        assertThat(field.component()).isEqualTo("some");
        assertThat(field.type()).isEqualTo(new Type.ListOf(Type.Scalar.STRING));
        assertThat(field.versions()).isEqualTo(Versions.parse("1+"));
        assertThat(field.nullableVersions()).isEqualTo(Versions.parse("2+"));
        assertThat(field.taggedVersions()).isEqualTo(Versions.parse("3+"));
        assertThat(field.tag()).isEqualTo(7);
        assertThat(field.defaultsToNull()).isTrue();
        assertThat(field.ignorable()).isTrue();
        assertThat(field.about()).isEqualTo("Some strings.");
    }

    @Test
    void aTaggedFieldExistsWhereItIsTaggedUnlessTheSchemaSaysOtherwise() {
        Field field = parseField("\"type\": \"int32\", \"taggedVersions\": \"3+\", \"tag\": 0");

        assertThat(field.versions()).isEqualTo(Versions.parse("3+"));
    }

    @Test
    void aDefaultThatIsNullInJsonIsNoDefault() {
        Field field = parseField(
                "\"type\": \"[]int32\", \"versions\": \"1+\", \"nullableVersions\": \"1+\", \"default\": null");

        assertThat(field.defaultsToNull()).isFalse();
    }

    @Test
    void structsAreCollectedFromWhereverTheyAreDeclared() {
        Schema schema = SchemaParser.parse("""
            { "type": "data", "name": "X", "validVersions": "0", "flexibleVersions": "none",
              "fields": [
                { "name": "A", "type": "Outer", "versions": "0+", "fields": [
                  { "name": "B", "type": "[]Inner", "versions": "0+", "fields": [
                    { "name": "C", "type": "Common", "versions": "0+" }
                  ]}
                ]}
              ],
              "commonStructs": [
                { "name": "Common", "versions": "0+", "fields": [
                  { "name": "D", "type": "bool", "versions": "0+" }
                ]}
              ]
            }
            """, "X.json");

        assertThat(schema.structs()).containsOnlyKeys("Outer", "Inner", "Common");
        assertThat(schema.struct("Common").fields().getFirst().type()).isEqualTo(Type.Scalar.BOOL);
    }

    @Test
    void aNestedStructOccursInTheVersionsOfTheFieldsThatHoldIt() {
        Schema schema = parse("""
            { "name": "A", "type": "Inner", "versions": "2", "fields": [] },
            { "name": "B", "type": "[]Inner", "versions": "4+" }
            """);

        assertThat(schema.versionsOf(schema.struct("Inner"))).isEqualTo(new Versions(2, 4));
    }

    @Test
    void theSmallestSizeOfAnElementIsThatOfItsSmallestVersion() {
        Schema schema = parse("""
            { "name": "A", "type": "[]Inner", "versions": "1+", "fields": [
              { "name": "B", "type": "string", "versions": "1+" },
              { "name": "C", "type": "int64", "versions": "2+" },
              { "name": "D", "type": "int64", "versions": "4+", "taggedVersions": "4+", "tag": 0 }
            ]}
            """);
        Type inner = new Type.StructOf("Inner");

        assertThat(schema.smallestSize(inner, Versions.parse("0+"))).isEqualTo(2);
        assertThat(schema.smallestSize(inner, Versions.parse("2"))).isEqualTo(10);
        assertThat(schema.smallestSize(inner, Versions.parse("4"))).isEqualTo(10);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
        "type": "int33", "versions": "1+"                            | unknown type: int33
        "type": "[][]int32", "versions": "1+"                        | there are no arrays of
        "type": "[]float64", "versions": "1+"                        | there are no arrays of
        "type": "Elsewhere", "versions": "1+"                        | X has no struct Elsewhere
        "type": "int32"                                              | neither versions nor taggedVersions
        "type": "int32", "versions": "1+", "nulableVersions": "1+"   | unknown key "nulableVersions"
        "type": "int32", "versions": "1+", "nullableVersions": "1+"  | cannot be nullable: it is a int32
        "type": "string", "versions": "1+", "default": "null"        | never nullable but its default is null
        "type": "int32", "versions": "3+", "taggedVersions": "3+"    | both a tag and tagged versions
        "type": "int32", "versions": "3+", "tag": 1                  | both a tag and tagged versions
        "type": "int32", "versions": "4+", "taggedVersions": "3+", "tag": 1 | tagged in versions that do not have it
        "type": "int32", "versions": "1+", "fields": []              | has fields but is not a struct
        """)
    void saysWhatIsWrongAndInWhichFile(String field, String message) {
        assertThatThrownBy(() -> new MessageCode(parse("{ \"name\": \"Some\", " + field + " }"), "p").source())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void namesTheFileInWhichSomethingIsWrong() {
        assertThatThrownBy(() -> parse("{ \"name\": \"Default\", \"type\": \"int8\", \"versions\": \"1+\" }"))
                .hasMessage("X.json: Default cannot be the name of a record component");
    }
}
