package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.log.LogDump;
import dev.barnabas.protocol.record.CorruptRecordException;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas log}. Reads files itself and needs no broker. {@link VerifyCommand} belongs to it. */
@Command(
        name = "log",
        description = "Look into the files of a log.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class LogCommands {

    private final Streams streams;

    LogCommands(Streams streams) {
        this.streams = streams;
    }

    @Command(
            name = "dump",
            description = "Show the batches of segment files, and check them. The broker may be running.",
            mixinStandardHelpOptions = true,
            footer = {"", "Exit code 1: a file could not be read, or is damaged."})
    int dump(
            @Parameters(paramLabel = "FILE", arity = "1..*", description = "Segment files: *.log.") List<Path> files,
            @Option(
                            names = {"-r", "--records"},
                            description = "Show the records, too.")
                    boolean withRecords,
            @Option(names = "--json", description = "A JSON object for each batch, in lines.") boolean json) {
        int code = ExitCode.OK;
        for (Path file : files) {
            if (!json && files.size() > 1) {
                streams.out().println(file);
            }
            try {
                @Nullable String damage = dump(file, withRecords, json);
                if (damage != null) {
                    streams.err().println("barnabas: " + file + " is damaged " + damage);
                    code = ExitCode.FAILED;
                }
            } catch (NoSuchFileException e) {
                streams.err().println("barnabas: there is no file " + file);
                code = ExitCode.FAILED;
            } catch (IOException e) {
                streams.err().println("barnabas: cannot read " + file + ": " + e.getMessage());
                code = ExitCode.FAILED;
            }
        }
        return code;
    }

    /** Goes from batch to batch; returns where and how the file is damaged, if it is. */
    private @Nullable String dump(Path file, boolean withRecords, boolean json) throws IOException {
        @Nullable String damage = null;
        Table table = new Table(
                "POSITION", "OFFSETS", "RECORDS", "BYTES", "EPOCH", "NEWEST", "CODEC", "PRODUCER", "SEQUENCE", "NOTES");
        try (LogDump dump = LogDump.of(SegmentFile.open(file, file.toString()))) {
            Optional<LogDump.Entry> next = dump.next();
            while (damage == null && next.isPresent()) {
                LogDump.Entry entry = next.get();
                if (!entry.crcFits()) {
                    damage = "at position " + entry.position() + ": the CRC does not fit";
                }
                try {
                    show(file, entry.position(), entry.batch(), withRecords, json, table);
                } catch (CorruptRecordException e) {
                    damage = "at position " + entry.position() + ": " + e.getMessage();
                }
                next = dump.next();
            }
            if (damage == null) {
                damage = dump.damage().orElse(null);
            }
        }
        if (!json && !withRecords) {
            table.print(streams.out());
        }
        return damage;
    }

    private void show(Path file, long position, RecordBatch batch, boolean withRecords, boolean json, Table table) {
        String notes = notes(batch);
        String newest = batch.maxTimestamp() < 0
                ? "-"
                : Instant.ofEpochMilli(batch.maxTimestamp()).toString();
        Object producer = batch.hasProducerId() ? batch.producerId() + "/" + batch.producerEpoch() : "-";
        Object sequence = batch.baseSequence() < 0 ? "-" : batch.baseSequence();
        String codec = batch.compression().settingName();
        if (json) {
            List<Object> records = new ArrayList<>();
            if (withRecords) {
                batch.records().forEach(record -> records.add(RecordJson.tree(null, 0, record)));
            }
            Map<String, @Nullable Object> document = ordered(
                    "file",
                    file.toString(),
                    "position",
                    position,
                    "baseOffset",
                    batch.baseOffset(),
                    "lastOffset",
                    batch.lastOffset(),
                    "records",
                    batch.recordCount(),
                    "bytes",
                    batch.sizeInBytes(),
                    "leaderEpoch",
                    batch.partitionLeaderEpoch(),
                    "maxTimestamp",
                    batch.maxTimestamp(),
                    "timestampType",
                    batch.timestampType(),
                    "compression",
                    codec,
                    "producerId",
                    batch.producerId(),
                    "producerEpoch",
                    batch.producerEpoch(),
                    "baseSequence",
                    batch.baseSequence(),
                    "transactional",
                    batch.isTransactional(),
                    "control",
                    batch.isControl(),
                    "crc",
                    batch.crc(),
                    "crcValid",
                    batch.crcValid());
            if (withRecords) {
                document.put("content", records);
            }
            Json.print(document, streams.raw());
            return;
        }
        String offsets = batch.baseOffset() + ".." + batch.lastOffset();
        if (!withRecords) {
            table.row(
                    position,
                    offsets,
                    batch.recordCount(),
                    batch.sizeInBytes(),
                    batch.partitionLeaderEpoch(),
                    newest,
                    codec,
                    producer,
                    sequence,
                    notes);
            return;
        }
        streams.out()
                .println("batch at " + position + ": offsets " + offsets + ", " + batch.sizeInBytes() + " bytes, epoch "
                        + batch.partitionLeaderEpoch() + ", codec " + codec + ", producer " + producer + ", sequence "
                        + sequence + (notes.isEmpty() ? "" : ", " + notes));
        for (Record record : batch.records()) {
            Map<String, @Nullable Object> tree = RecordJson.tree(null, 0, record);
            tree.remove("timestamp");
            streams.out().println("  " + Instant.ofEpochMilli(record.timestamp()) + " " + Json.text(tree));
        }
    }

    private static String notes(RecordBatch batch) {
        List<String> notes = new ArrayList<>();
        if (batch.isControl()) {
            notes.add("control");
        }
        if (batch.isTransactional()) {
            notes.add("transactional");
        }
        if (batch.hasDeleteHorizon()) {
            notes.add("delete horizon");
        }
        if (!batch.crcValid()) {
            notes.add("CRC WRONG");
        }
        return String.join(", ", notes);
    }
}
