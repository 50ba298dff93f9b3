package dev.barnabas.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** With a process that answers each line with a line. */
record Conversation(Process process, BufferedReader answers) implements AutoCloseable {

    Conversation(Process process) {
        this(process, process.inputReader(StandardCharsets.UTF_8));
    }

    String ask(String command) throws IOException {
        process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the process has ended instead of an answer to " + command);
        }
        return answer;
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        answers.close();
    }
}
