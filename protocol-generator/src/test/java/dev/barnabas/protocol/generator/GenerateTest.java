package dev.barnabas.protocol.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GenerateTest {
    private static final FileTime LONG_AGO = FileTime.fromMillis(0);

    @TempDir
    Path directory;

    private Path schemas;
    private Path output;

    @BeforeEach
    void twoSchemas() throws IOException {
        schemas = Files.createDirectory(directory.resolve("schemas"));
        output = directory.resolve("output");
        writeSchema("First", "1");
        writeSchema("Second", "1");
    }

    private void writeSchema(String name, String versions) throws IOException {
        Files.writeString(schemas.resolve(name + ".json"), """
            { "type": "data", "name": "%s", "validVersions": "%s", "flexibleVersions": "none", "fields": [
              { "name": "A", "type": "int32", "versions": "0+" } ] }
            """.formatted(name, versions));
    }

    private void generate() throws IOException {
        Generate.main(new String[] {output.toString(), "some.where=" + schemas});
    }

    private Path source(String name) {
        return output.resolve("some/where/" + name + ".java");
    }

    @Test
    void makesARecordOfEachSchema() throws IOException {
        generate();

        assertThat(source("First")).content().contains("package some.where;", "public record First(int a)");
        assertThat(source("Second")).exists();
    }

    @Test
    void doesNothingIfNothingChanged() throws IOException {
        generate();
        Files.delete(source("First"));

        generate();

        assertThat(source("First")).doesNotExist();
    }

    @Test
    void leavesSourcesAloneThatComeOutTheSame() throws IOException {
        generate();
        Files.setLastModifiedTime(source("First"), LONG_AGO);
        Files.setLastModifiedTime(source("Second"), LONG_AGO);
        writeSchema("Second", "1-2");

        generate();

        assertThat(Files.getLastModifiedTime(source("First"))).isEqualTo(LONG_AGO);
        assertThat(Files.getLastModifiedTime(source("Second"))).isNotEqualTo(LONG_AGO);
    }

    @Test
    void deletesTheSourceOfASchemaThatIsGone() throws IOException {
        generate();
        Files.delete(schemas.resolve("First.json"));

        generate();

        assertThat(source("First")).doesNotExist();
        assertThat(source("Second")).exists();
    }

    @Test
    void aMessageWithoutVersionsIsLeftOut() throws IOException {
        writeSchema("First", "none");

        generate();

        assertThat(source("First")).doesNotExist();
    }

    @Test
    void aDirectoryWithoutSchemasIsAMistake() {
        assertThatThrownBy(() -> Generate.main(new String[] {output.toString(), "some.where=" + output}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no schemas for some.where");
    }
}
