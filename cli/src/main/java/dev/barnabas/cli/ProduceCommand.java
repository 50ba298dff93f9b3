package dev.barnabas.cli;

import dev.barnabas.client.BlockingProducer;
import dev.barnabas.client.ClientError;
import dev.barnabas.client.ClientException;
import dev.barnabas.client.ClusterView;
import dev.barnabas.client.Delivery;
import dev.barnabas.client.ProducerRecord;
import dev.barnabas.client.ProducerSettings;
import dev.barnabas.client.ProducerSettings.Acks;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.protocol.record.Compression;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code barnabas produce}: a record for each line of the input, in order. A thread reads and sends; the main thread
 * waits for the end of the input or for the first record that fails, whichever comes first, for the reader may be
 * waiting for a line that never comes.
 */
@Command(
        name = "produce",
        description = "Send the lines of standard input as records, each as soon as it is there.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  tail -F app.log | barnabas produce logs",
            "  printf 'k1:hello\\n' | barnabas produce greetings --key-separator :",
            "  echo '{\"key\":\"k1\",\"value\":\"hello\",\"headers\":{\"lang\":\"en\"}}' | barnabas produce greetings"
                    + " --json",
            "",
            "Exit codes: 0 all records are acknowledged, 1 a record was not, 2 wrong command line, 69 no broker"
                    + " answers."
        })
final class ProduceCommand implements Callable<Integer> {

    private static final int MAX_REQUEST_BYTES = 1024 * 1024;
    private static final int BATCH_BYTES = 256 * 1024;

    /** JSON with its escapes may be longer than the record it describes. */
    private static final int MAX_LINE_BYTES = 8 * MAX_REQUEST_BYTES;

    private final Streams streams;

    @Parameters(paramLabel = "TOPIC", description = "Where to send them.")
    private String topic = "";

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Option(
            names = {"-k", "--key-separator"},
            paramLabel = "TEXT",
            description = "What separates key and value in a line; \\t is a tab. A line without it has no key.")
    private @Nullable String keySeparator;

    @Option(
            names = "--json",
            description = "Each line is a JSON object with key, value, headers, timestamp and partition, all optional;"
                    + " keyBase64 and valueBase64 for bytes. So consume --json writes it.")
    private boolean json;

    @Option(names = "--partition", paramLabel = "P", description = "Send all records to this partition.")
    private int partition = ProducerRecord.ANY;

    @Option(
            names = "--compression",
            paramLabel = "CODEC",
            defaultValue = "none",
            description = "none, gzip, snappy, lz4 or zstd (default ${DEFAULT-VALUE}).")
    private String compression = "none";

    @Option(
            names = "--acks",
            paramLabel = "all|1|0",
            defaultValue = "all",
            description = "Whose acknowledgement counts: that of all in-sync replicas (default), the leader's, or"
                    + " nobody's.")
    private String acks = "all";

    ProduceCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        if (json && keySeparator != null) {
            throw Failure.usage("--json and --key-separator exclude each other: in JSON the key has its own field");
        }
        if (keySeparator != null && keySeparator.isEmpty()) {
            throw Failure.usage("--key-separator must not be empty");
        }
        ProducerSettings settings = settings();
        try (Session session = cluster.open()) {
            session.get(session.cluster()::refresh);
            requirePartition(session);
            return new Run(new BlockingProducer(session.cluster(), settings)).toTheEnd();
        }
    }

    /** A producer would wait for the partition to come, which is not what somebody wants who mistyped it. */
    private void requirePartition(Session session) {
        if (partition == ProducerRecord.ANY) {
            return;
        }
        session.get(() -> session.admin().describeTopics(List.of(topic))).forEach((name, answer) -> {
            if (answer instanceof Result.Success<ClusterView.Topic>(ClusterView.Topic found)
                    && (partition < 0 || partition >= found.partitions().size())) {
                throw Failure.failed("topic " + name + " has no partition " + partition + ": it has "
                        + found.partitions().size() + ", from 0 on; ./barnabas topic alter " + name
                        + " --partitions N adds some");
            }
        });
    }

    private ProducerSettings settings() {
        Compression codec = Compression.ofSettingName(compression.toLowerCase(Locale.ROOT))
                .orElseThrow(() -> Failure.usage(
                        "--compression: there is no \"" + compression + "\"; choose none, gzip, snappy, lz4 or zstd"));
        Acks who = switch (acks.toLowerCase(Locale.ROOT)) {
            case "all", "-1" -> Acks.ALL;
            case "1" -> Acks.LEADER;
            case "0" -> Acks.NONE;
            default -> throw Failure.usage("--acks must be all, 1 or 0, not \"" + acks + "\"");
        };
        return ProducerSettings.builder()
                .acks(who)
                .compression(codec)
                .batchBytes(BATCH_BYTES)
                .maxRequestBytes(MAX_REQUEST_BYTES)
                .maxBlock(cluster.timeout())
                .build();
    }

    private static ProducerRecord keyed(String topic, byte[] line, byte[] separator) {
        for (int at = 0; at + separator.length <= line.length; at++) {
            if (Arrays.equals(line, at, at + separator.length, separator, 0, separator.length)) {
                int valueAt = at + separator.length;
                return ProducerRecord.of(
                        topic, ByteBuffer.wrap(line, 0, at), ByteBuffer.wrap(line, valueAt, line.length - valueAt));
            }
        }
        return ProducerRecord.of(topic, (byte[]) null, line);
    }

    /** One run from the first line to the last. Shared by the reader, the producer's loop and the main thread. */
    private final class Run implements Delivery {

        private final BlockingProducer producer;
        private final long startNanos = System.nanoTime();
        private final AtomicLong delivered = new AtomicLong();
        private final AtomicLong failed = new AtomicLong();
        private final AtomicLong bytes = new AtomicLong();

        /** Null: the input has ended. Otherwise what went wrong. */
        private final CompletableFuture<@Nullable String> ended = new CompletableFuture<>();

        private volatile @Nullable ClientError refusal;

        Run(BlockingProducer producer) {
            this.producer = producer;
        }

        int toTheEnd() {
            streams.remark(
                    streams.inputIsTerminal() ? "A record for each line; Ctrl-D ends." : "Reading; Ctrl-C ends.");
            Thread reader = Thread.ofPlatform().daemon().name("barnabas-input").start(this::read);
            OnStop hook = OnStop.run(() -> {
                flush();
                summarize();
            });
            @Nullable String failure = ended.join();
            reader.interrupt();
            flush();
            hook.finished();
            summarize();
            ClientError error = refusal;
            if (failure == null && error != null) {
                // It came after the last line had been read.
                failure = refused(error);
            }
            if (failure == null) {
                return ExitCode.OK;
            }
            streams.err().println("barnabas: " + failure);
            return error == null ? ExitCode.FAILED : Errors.exitCode(error);
        }

        private void read() {
            byte @Nullable [] separator = keySeparator == null
                    ? null
                    : keySeparator.replace("\\t", "\t").getBytes(StandardCharsets.UTF_8);
            Lines lines = new Lines(streams.in(), MAX_LINE_BYTES);
            long number = 0;
            try {
                byte[] line = lines.next();
                while (line != null && !ended.isDone()) {
                    number++;
                    send(line, separator);
                    line = lines.next();
                }
                ended.complete(null);
            } catch (IllegalArgumentException e) {
                ended.complete("line " + number + ": " + e.getMessage());
            } catch (IOException e) {
                ended.complete("the input cannot be read after line " + number + ": " + e.getMessage());
            } catch (ClientException e) {
                ended.complete("line " + number + ": " + Errors.describe(e.error()));
            }
        }

        private void send(byte[] line, byte @Nullable [] separator) {
            if (json && new String(line, StandardCharsets.UTF_8).isBlank()) {
                return;
            }
            ProducerRecord record = json
                    ? RecordJson.parse(topic, line)
                    : separator == null ? ProducerRecord.of(topic, (byte[]) null, line) : keyed(topic, line, separator);
            bytes.addAndGet(line.length);
            producer.send(partition == ProducerRecord.ANY ? record : record.withPartition(partition), this);
        }

        @Override
        public void delivered(TopicPartition where, long offset, long timestampMs) {
            delivered.incrementAndGet();
        }

        @Override
        public void failed(ClientError error) {
            if (failed.getAndIncrement() == 0) {
                refusal = error;
                ended.complete(refused(error));
            }
        }

        private String refused(ClientError error) {
            return "a record was not accepted: " + Errors.describe(error);
        }

        private void flush() {
            producer.close(Duration.ofSeconds(30));
        }

        private void summarize() {
            double seconds = (System.nanoTime() - startNanos) / 1e9;
            streams.remark(String.format(
                    Locale.ROOT,
                    "%,d %s (%,d bytes) to %s in %.1f s%s",
                    delivered.get(),
                    delivered.get() == 1 ? "record" : "records",
                    bytes.get(),
                    topic,
                    seconds,
                    failed.get() == 0 ? "" : String.format(Locale.ROOT, "; %,d failed", failed.get())));
        }
    }
}
