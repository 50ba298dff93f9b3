package dev.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A client program that may or may not be installed here. */
final class ForeignClient {

    private static final int SECONDS = 120;

    private final List<String> command;
    private final Map<String, String> environment;

    private ForeignClient(List<String> command, Map<String, String> environment) {
        this.command = command;
        this.environment = environment;
    }

    static ForeignClient kcat() {
        return installed(List.of("kcat"), List.of("-V"), Map.of(), "kcat", "sudo apt-get install kcat");
    }

    /** Debian's Python, since that is what Debian's packages are for, running one of the scripts beside the tests. */
    static ForeignClient python(String module, String debianPackage, String script) {
        ForeignClient python = installed(
                List.of("/usr/bin/python3"),
                List.of("-c", "import " + module),
                Map.of(),
                debianPackage,
                "sudo apt-get install " + debianPackage);
        return new ForeignClient(List.of("/usr/bin/python3", script(script)), python.environment);
    }

    static ForeignClient kafkajs(String script) {
        Path modules = Path.of(System.getProperty("barnabas.build", "target"), "kafkajs", "node_modules");
        Map<String, String> environment =
                Map.of("NODE_PATH", modules.toString(), "KAFKAJS_NO_PARTITIONER_WARNING", "1");
        ForeignClient node = installed(
                List.of("node"),
                List.of("-e", "require('kafkajs')"),
                environment,
                "kafkajs",
                "npm install --no-save --prefix conformance/target/kafkajs kafkajs@2.2.4");
        return new ForeignClient(List.of("node", script(script)), node.environment);
    }

    /** Runs it to its end, which must be a good one, and returns what it printed. */
    String run(String input, String... arguments) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(command);
        whole.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(whole).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String output;
            try (InputStream out = process.getInputStream()) {
                output = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            }
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as(output).isTrue();
            assertThat(process.exitValue()).as("%s%n%s", whole, output).isZero();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    private static ForeignClient installed(
            List<String> command,
            List<String> probe,
            Map<String, String> environment,
            String name,
            String howToInstall) {
        List<String> whole = new ArrayList<>(command);
        whole.addAll(probe);
        boolean found;
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(whole).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
            builder.environment().putAll(environment);
            found = builder.start().waitFor() == 0;
        } catch (IOException e) {
            found = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        if (!found) {
            String line = name + " is not installed, so its tests are skipped; to install it: " + howToInstall;
            if ("required".equals(System.getProperty("barnabas.foreign-clients"))) {
                throw new AssertionError(line);
            }
            System.out.println(line);
            Assumptions.abort(line);
        }
        return new ForeignClient(command, environment);
    }

    private static String script(String name) {
        Path script = Path.of("src/test/resources", name);
        assertThat(Files.exists(script)).as(script.toString()).isTrue();
        return script.toString();
    }
}
