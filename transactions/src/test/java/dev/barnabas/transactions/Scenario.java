package dev.barnabas.transactions;

import static java.util.stream.Collectors.joining;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.AddOffsetsToTxnRequest;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTopic;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult;
import dev.barnabas.protocol.message.DescribeTransactionsRequest;
import dev.barnabas.protocol.message.DescribeTransactionsResponse.TransactionState;
import dev.barnabas.protocol.message.EndTxnRequest;
import dev.barnabas.protocol.message.EndTxnResponse;
import dev.barnabas.protocol.message.InitProducerIdRequest;
import dev.barnabas.protocol.message.InitProducerIdResponse;
import dev.barnabas.protocol.message.ListTransactionsRequest;
import dev.barnabas.protocol.message.ListTransactionsResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Plays a scenario: a story in a file, command by command, with what comes of each.
 *
 * <pre>
 * # What the scenario is about.
 * &gt; init A
 * A: P1 epoch 0
 * &gt; commit A
 * A: INVALID_TXN_STATE
 * </pre>
 *
 * <p>A line with {@code >} is a command; what follows is what the coordinator answers. A producer is named by a letter;
 * it remembers its producer id and epoch like a real one, and answers show producer ids in the order in which they came
 * up. The commands are the methods of {@code play}. All producers use the transactional id {@code t} unless told
 * otherwise with {@code id=}; {@code as=P1/0} lets one send another producer id and epoch than it has.
 */
public final class Scenario {
    private static final int NEWEST = 5;

    private final Backend backend;
    private final Map<String, Producer> producers = new TreeMap<>();
    private final List<Long> producerIds = new ArrayList<>();

    public Scenario(Backend backend) {
        this.backend = backend;
    }

    private static final class Producer {
        private final String name;
        private String id = "t";
        private long producerId = -1;
        private short epoch = -1;

        private Producer(String name) {
            this.name = name;
        }
    }

    private record Sent(String id, long producerId, short epoch, int version) {}

    /** The file again, with what came of each command. */
    public static String play(List<String> file, Backend backend) {
        Scenario scenario = new Scenario(backend);
        List<String> played = new ArrayList<>();
        for (String line : file) {
            if (line.startsWith("#") || line.isEmpty()) {
                played.add(line);
            } else if (line.startsWith("> ")) {
                played.add(line);
                String answer = scenario.play(line.substring(2));
                if (!answer.isEmpty()) {
                    played.add(answer);
                }
            }
        }
        return String.join("\n", played) + "\n";
    }

    /** Plays one command; returns what comes of it. */
    public String play(String line) {
        Command command = new Command(line);
        return switch (command.name) {
            case "init" -> init(command);
            case "add" -> add(command, false);
            case "verify" -> add(command, true);
            case "offsets" -> offsets(command);
            case "commit" -> end(command, true);
            case "abort" -> end(command, false);
            case "list" -> list(command);
            case "describe" -> describe(command);
            case "wait" -> {
                backend.pass(Duration.parse("PT" + command.words.getFirst()));
                yield "";
            }
            case "reload" -> {
                backend.reload();
                yield "";
            }
            case "markers" -> {
                backend.holdMarkers(command.words.getFirst().equals("wait"));
                yield "";
            }
            case "feature" -> {
                backend.transactionVersion(Integer.parseInt(command.words.getFirst()));
                yield "";
            }
            default -> throw new IllegalArgumentException(line);
        };
    }

    /** {@code expecting}: names the producer id and epoch that it has. */
    private String init(Command command) {
        Producer producer = producer(command);
        Sent sent = sent(command, producer);
        boolean expecting = command.words.contains("expecting") || command.options.containsKey("as");
        InitProducerIdResponse response = backend.init(
                InitProducerIdRequest.builder()
                        .transactionalId(sent.id)
                        .transactionTimeoutMs((int) Duration.parse("PT" + command.option("timeout", "60s"))
                                .toMillis())
                        .producerId(expecting ? sent.producerId : -1)
                        .producerEpoch(expecting ? sent.epoch : -1)
                        .enable2Pc(command.words.contains("2pc"))
                        .keepPreparedTxn(command.words.contains("keep"))
                        .build(),
                sent.version);
        if (response.errorCode() != 0) {
            return producer.name + ": " + error(response.errorCode());
        }
        producer.producerId = response.producerId();
        producer.epoch = response.producerEpoch();
        return producer.name + ": " + shown(producer.producerId, producer.epoch);
    }

    private String add(Command command, boolean verifyOnly) {
        Producer producer = producer(command);
        Sent sent = sent(command, producer);
        Map<String, List<Integer>> topics = new LinkedHashMap<>();
        for (String partition : command.words) {
            int slash = partition.indexOf('/');
            topics.computeIfAbsent(partition.substring(0, slash), _ -> new ArrayList<>())
                    .add(Integer.parseInt(partition.substring(slash + 1)));
        }
        List<AddPartitionsToTxnTopic> list = topics.entrySet().stream()
                .map(topic -> new AddPartitionsToTxnTopic(topic.getKey(), topic.getValue()))
                .toList();
        boolean asBroker = sent.version >= 4;
        AddPartitionsToTxnRequest request = asBroker
                ? AddPartitionsToTxnRequest.builder()
                        .transactions(List.of(new AddPartitionsToTxnTransaction(
                                sent.id, sent.producerId, sent.epoch, verifyOnly, list)))
                        .build()
                : AddPartitionsToTxnRequest.builder()
                        .v3AndBelowTransactionalId(sent.id)
                        .v3AndBelowProducerId(sent.producerId)
                        .v3AndBelowProducerEpoch(sent.epoch)
                        .v3AndBelowTopics(list)
                        .build();
        AddPartitionsToTxnResponse response = backend.add(request, sent.version);
        List<AddPartitionsToTxnTopicResult> results = asBroker
                ? response.resultsByTransaction().getFirst().topicResults()
                : response.resultsByTopicV3AndBelow();
        return producer.name + ": "
                + results.stream()
                        .flatMap(topic -> topic.resultsByPartition().stream()
                                .map(partition -> topic.name() + "/" + partition.partitionIndex() + " "
                                        + error(partition.partitionErrorCode())))
                        .sorted()
                        .collect(joining(", "));
    }

    private String offsets(Command command) {
        Producer producer = producer(command);
        Sent sent = sent(command, producer);
        return producer.name + ": "
                + error(backend.addOffsets(
                                AddOffsetsToTxnRequest.builder()
                                        .transactionalId(sent.id)
                                        .producerId(sent.producerId)
                                        .producerEpoch(sent.epoch)
                                        .groupId(command.words.getFirst())
                                        .build(),
                                Math.min(4, sent.version))
                        .errorCode());
    }

    private String end(Command command, boolean committed) {
        Producer producer = producer(command);
        Sent sent = sent(command, producer);
        EndTxnResponse response =
                backend.end(new EndTxnRequest(sent.id, sent.producerId, sent.epoch, committed), sent.version);
        if (response.errorCode() != 0) {
            return producer.name + ": " + error(response.errorCode());
        }
        if (sent.version < NEWEST) {
            return producer.name + ": NONE";
        }
        producer.producerId = response.producerId();
        producer.epoch = response.producerEpoch();
        return producer.name + ": NONE, now " + shown(producer.producerId, producer.epoch);
    }

    private String list(Command command) {
        ListTransactionsResponse response = backend.list(
                ListTransactionsRequest.builder()
                        .stateFilters(words(command.option("states", "")))
                        .producerIdFilters(words(command.option("producers", "")).stream()
                                .map(this::producerId)
                                .toList())
                        .durationFilter(
                                command.options.containsKey("older")
                                        ? Duration.parse("PT" + command.option("older", ""))
                                                .toMillis()
                                        : -1)
                        .transactionalIdPattern(command.options.get("like"))
                        .build(),
                Integer.parseInt(command.option("version", "2")));
        if (response.errorCode() != 0) {
            return error(response.errorCode());
        }
        return response.transactionStates().stream()
                        .map(state -> state.transactionalId() + " " + state.transactionState() + " "
                                + shown(state.producerId()))
                        .sorted()
                        .collect(joining(", ", "[", "]"))
                + (response.unknownStateFilters().isEmpty() ? "" : " unknown: " + response.unknownStateFilters());
    }

    private String describe(Command command) {
        return backend
                .describe(new DescribeTransactionsRequest(command.words.isEmpty() ? List.of("t") : command.words))
                .transactionStates()
                .stream()
                .map(this::described)
                .collect(joining("\n"));
    }

    private String described(TransactionState state) {
        if (state.errorCode() != 0) {
            return state.transactionalId() + ": " + error(state.errorCode());
        }
        String partitions = state.topics().stream()
                .flatMap(topic -> topic.partitions().stream().map(partition -> topic.topic() + "/" + partition))
                .sorted()
                .collect(joining(" "));
        return state.transactionalId() + ": " + state.transactionState() + " "
                + shown(state.producerId(), state.producerEpoch()) + " timeout "
                + Duration.ofMillis(state.transactionTimeoutMs()).toSeconds() + "s "
                + (state.transactionStartTimeMs() < 0 ? "not begun" : "begun") + " [" + partitions + "]";
    }

    private Producer producer(Command command) {
        return producers.computeIfAbsent(command.words.removeFirst(), Producer::new);
    }

    private Sent sent(Command command, Producer producer) {
        producer.id = command.option("id", producer.id);
        int version = Integer.parseInt(command.option("version", "" + NEWEST));
        String as = command.options.get("as");
        if (as == null) {
            return new Sent(producer.id, producer.producerId, producer.epoch, version);
        }
        int slash = as.indexOf('/');
        return new Sent(
                producer.id, producerId(as.substring(0, slash)), Short.parseShort(as.substring(slash + 1)), version);
    }

    private static List<String> words(String option) {
        return Stream.of(option.split(",")).filter(word -> !word.isEmpty()).toList();
    }

    private long producerId(String shown) {
        if (!shown.startsWith("P")) {
            return Long.parseLong(shown);
        }
        return producerIds.get(Integer.parseInt(shown.substring(1)) - 1);
    }

    private String shown(long producerId) {
        if (!producerIds.contains(producerId)) {
            producerIds.add(producerId);
        }
        return "P" + (producerIds.indexOf(producerId) + 1);
    }

    private String shown(long producerId, short epoch) {
        return shown(producerId) + " epoch " + epoch;
    }

    private static String error(short code) {
        return ErrorCode.forCode(code).name();
    }

    /** A word, further words, and options: {@code name word option=value}. */
    private static final class Command {
        private final String name;
        private final List<String> words = new ArrayList<>();
        private final Map<String, String> options = new TreeMap<>();

        private Command(String line) {
            String[] parts = line.split(" ");
            name = parts[0];
            for (int i = 1; i < parts.length; i++) {
                int equals = parts[i].indexOf('=');
                if (equals < 0) {
                    words.add(parts[i]);
                } else {
                    options.put(parts[i].substring(0, equals), parts[i].substring(equals + 1));
                }
            }
        }

        private String option(String option, String otherwise) {
            return options.getOrDefault(option, otherwise);
        }
    }
}
