package dev.barnabas.groups;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatResponse.TopicPartitions;
import dev.barnabas.protocol.message.DeleteGroupsRequest;
import dev.barnabas.protocol.message.DescribeGroupsRequest;
import dev.barnabas.protocol.message.HeartbeatRequest;
import dev.barnabas.protocol.message.JoinGroupRequest;
import dev.barnabas.protocol.message.JoinGroupRequest.JoinGroupRequestProtocol;
import dev.barnabas.protocol.message.JoinGroupResponse;
import dev.barnabas.protocol.message.LeaveGroupRequest;
import dev.barnabas.protocol.message.LeaveGroupRequest.MemberIdentity;
import dev.barnabas.protocol.message.LeaveGroupResponse;
import dev.barnabas.protocol.message.ListGroupsRequest;
import dev.barnabas.protocol.message.OffsetCommitRequest;
import dev.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import dev.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import dev.barnabas.protocol.message.OffsetCommitResponse;
import dev.barnabas.protocol.message.OffsetDeleteRequest;
import dev.barnabas.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestPartition;
import dev.barnabas.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestTopic;
import dev.barnabas.protocol.message.OffsetFetchRequest;
import dev.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import dev.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import dev.barnabas.protocol.message.SyncGroupRequest;
import dev.barnabas.protocol.message.SyncGroupRequest.SyncGroupRequestAssignment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Plays a scenario: a story in a file, command by command, with what comes of each.
 *
 * <pre>
 * # What the scenario is about.
 * &gt; join A g
 * A: MEMBER_ID_REQUIRED
 * &gt; wait 3s
 * </pre>
 *
 * <p>{@link ConsumerCommands} has the commands of the consumer protocol, {@link TransactionCommands} those about
 * transactions.
 *
 * <p>A line with {@code >} is a command; what follows is what the coordinator answers, in the order in which it does,
 * to this and to earlier commands. A client is named by a letter; it remembers its member id, group and generation like
 * a real one, and answers show names in place of member ids ({@code A'} is the second one that A was given). The
 * commands are the methods of {@code play}.
 */
final class Scenario {
    private final List<String> output = new ArrayList<>();
    private final Map<String, Client> clients = new TreeMap<>();
    private final Map<String, String> names = new HashMap<>();
    private final ConsumerCommands consumers = new ConsumerCommands(this);
    private final StreamsCommands streams;
    private final TransactionCommands transactions = new TransactionCommands(this);
    private final Function<GroupSettings, Backend> backends;
    private GroupSettings settings = GroupSettings.DEFAULTS;
    private @Nullable Backend started;

    Scenario(Function<GroupSettings, Backend> backends) {
        this(backends, false);
    }

    /** @param onlyCounts of the tasks of streams applications, as others choose which */
    Scenario(Function<GroupSettings, Backend> backends, boolean onlyCounts) {
        this.backends = backends;
        this.streams = new StreamsCommands(this, onlyCounts);
    }

    /** A client and what it remembers. */
    static final class Client {
        final String name;
        String group = "g";
        String memberId = "";

        @Nullable
        String instanceId;

        int generation = -1;
        private boolean waiting;
        private String protocol = "range";

        /** What a consumer of the consumer protocol was told last that it has. */
        List<TopicPartitions> assigned = List.of();

        private Client(String name) {
            this.name = name;
        }
    }

    /** The file again, with what came of each command. */
    static String play(List<String> file, Function<GroupSettings, Backend> backends) {
        Scenario scenario = new Scenario(backends);
        List<String> played = new ArrayList<>();
        for (String line : file) {
            if (line.startsWith("#") || line.isEmpty()) {
                played.add(line);
            } else if (line.startsWith("> ")) {
                played.add(line);
                played.addAll(scenario.play(line.substring(2)));
            }
        }
        return String.join("\n", played) + "\n";
    }

    /** Plays one command; returns what comes of it. */
    List<String> play(String command) {
        output.clear();
        play(new Command(command));
        return List.copyOf(output);
    }

    /** Whether the client waits for an answer to a join or a sync. */
    boolean isWaiting(String name) {
        return client(name).waiting;
    }

    Backend backend() {
        if (started == null) {
            started = backends.apply(settings);
            started.topics().create("t");
            started.topics().create("u");
        }
        return started;
    }

    /** For what only ours can do. */
    private TestCoordinator ours() {
        return (TestCoordinator) backend();
    }

    private void play(Command command) {
        switch (command.verb()) {
            case "set" -> set(command);
            case "join" -> join(command);
            case "sync" -> sync(command);
            case "heartbeat" -> heartbeat(command);
            case "leave" -> leave(command);
            case "remove" -> remove(command);
            case "commit" -> commit(command);
            case "fetch" -> fetch(command);
            case "pend" -> transactions.pend(command);
            case "end" -> transactions.end(command);
            case "delete-offsets" -> deleteOffsets(command);
            case "describe" -> describe(command);
            case "list" -> list(command);
            case "delete" -> delete(command);
            case "wait" -> backend().pass(duration(command.word(0)));
            case "reload" -> backend().reload();
            case "start-reload" -> ours().startReload();
            case "finish-reload" -> ours().finishReload();
            case "keep-alive" -> keepAlive(command);
            case "create-topic" -> backend().topics().create(command.word(0));
            case "delete-topic" -> deleteTopic(command);
            case "refuse" -> ours().eachLog(log -> log.refuse(ErrorCode.valueOf(command.word(0))));
            case "accept" -> ours().eachLog(log -> log.refuse(null));
            case "hold" -> ours().eachLog(log -> log.commits(false));
            case "release" -> ours().eachLog(log -> log.commits(true));
            case "log" -> log(command);
            case "add-partitions" ->
                backend().topics().addPartitions(command.word(0), Integer.parseInt(command.word(1)));
            case "stream", "pulse", "stop", "streams", "create-missing" -> streams.play(command);
            default -> consumers.play(command);
        }
        backend().pass(Duration.ZERO);
    }

    private void set(Command command) {
        if (started != null) {
            throw new IllegalArgumentException("settings come first: " + command);
        }
        for (Map.Entry<String, String> option : command.options().entrySet()) {
            settings = switch (option.getKey()) {
                case "max-size" -> settings.withMaxSize(Integer.parseInt(option.getValue()));
                case "initial-delay" ->
                    settings.withInitialRebalanceDelayMs(
                            (int) duration(option.getValue()).toMillis());
                default -> throw new IllegalArgumentException("no such setting: " + option);
            };
        }
    }

    private void join(Command command) {
        Client client = client(command.word(0));
        client.group = command.word(1);
        client.instanceId = command.option("instance").orElse(client.instanceId);
        client.memberId = command.option("id").map(this::idOf).orElse(client.memberId);
        List<String> topics = command.list("topics", "t");
        List<JoinGroupRequestProtocol> protocols = command.list("protocols", "range").stream()
                .map(name -> new JoinGroupRequestProtocol(name, subscription(topics)))
                .toList();
        int version = command.number("version", 9);
        JoinGroupRequest request = JoinGroupRequest.builder()
                .groupId(client.group)
                .memberId(client.memberId)
                .groupInstanceId(client.instanceId)
                .sessionTimeoutMs((int) command.time("session", "10s").toMillis())
                .rebalanceTimeoutMs((int) command.time("rebalance", "60s").toMillis())
                .protocolType(command.option("type").orElse("consumer"))
                .protocols(protocols)
                .reason(command.option("reason").orElse(null))
                .build();
        client.waiting = true;
        backend().join(request, caller(client, version), answer -> joined(client, answer));
    }

    private void joined(Client client, JoinGroupResponse answer) {
        client.waiting = false;
        ErrorCode error = ErrorCode.forCode(answer.errorCode());
        switch (error) {
            case NONE -> {
                client.memberId = answer.memberId();
                nameOf(client.memberId);
                client.generation = answer.generationId();
                client.protocol = answer.protocolName() == null ? "" : answer.protocolName();
                String role = answer.members().isEmpty()
                        ? "led by " + nameOf(answer.leader())
                        : "leads "
                                + answer.members().stream()
                                        .map(member -> nameOf(member.memberId()))
                                        .sorted()
                                        .collect(joining(" "));
                say(
                        client,
                        "joined generation " + answer.generationId() + " with " + answer.protocolName() + ", " + role
                                + (answer.skipAssignment() ? ", need not assign" : ""));
            }
            case MEMBER_ID_REQUIRED -> {
                client.memberId = answer.memberId();
                nameOf(client.memberId);
                say(client, error.name());
            }
            case UNKNOWN_MEMBER_ID -> {
                client.memberId = "";
                say(client, "join refused: " + error);
            }
            default -> say(client, "join refused: " + error);
        }
    }

    private void sync(Command command) {
        Client client = client(command.word(0));
        List<SyncGroupRequestAssignment> assignments = new ArrayList<>();
        command.options().forEach((name, value) -> {
            if (clients.containsKey(name)) {
                assignments.add(new SyncGroupRequestAssignment(idOf(name), consumers.assigning(value)));
            }
        });
        SyncGroupRequest request = SyncGroupRequest.builder()
                .groupId(client.group)
                .memberId(client.memberId)
                .groupInstanceId(client.instanceId)
                .generationId(command.number("generation", client.generation))
                .protocolType(command.option("type").orElse("consumer"))
                .protocolName(command.option("protocol").orElse(client.protocol))
                .assignments(assignments)
                .build();
        client.waiting = true;
        backend().sync(request, answer -> {
            client.waiting = false;
            String assignment = "assigned '" + consumers.assignment(answer.assignment()) + "'";
            say(client, answer.errorCode() == 0 ? assignment : "sync refused: " + error(answer.errorCode()));
        });
    }

    private void heartbeat(Command command) {
        Client client = client(command.word(0));
        HeartbeatRequest request = HeartbeatRequest.builder()
                .groupId(client.group)
                .memberId(client.memberId)
                .groupInstanceId(client.instanceId)
                .generationId(command.number("generation", client.generation))
                .build();
        backend().heartbeat(request, answer -> say(client, "heartbeat: " + error(answer.errorCode())));
    }

    /** {@code keep-alive A 8d}: A sends heartbeats for so long. */
    private void keepAlive(Command command) {
        Client client = client(command.word(0));
        Duration each = Duration.ofMinutes(5);
        for (Duration left = duration(command.word(1)); left.isPositive(); left = left.minus(each)) {
            backend().pass(each);
            HeartbeatRequest request = HeartbeatRequest.builder()
                    .groupId(client.group)
                    .memberId(client.memberId)
                    .generationId(client.generation)
                    .build();
            backend().heartbeat(request, _ -> {});
        }
        heartbeat(command);
    }

    private void leave(Command command) {
        Client client = client(command.word(0));
        int version = command.number("version", 5);
        LeaveGroupRequest.Builder request = LeaveGroupRequest.builder().groupId(client.group);
        if (version < 3) {
            request.memberId(client.memberId);
        } else {
            request.members(List.of(new MemberIdentity(
                    client.memberId, client.instanceId, command.option("reason").orElse(null))));
        }
        backend().leave(request.build(), caller(client, version), answer -> say(client, "left: " + left(answer)));
    }

    private void remove(Command command) {
        List<MemberIdentity> members = new ArrayList<>();
        command.list("instances", "").stream()
                .filter(instance -> !instance.isEmpty())
                .forEach(instance -> members.add(new MemberIdentity("", instance, null)));
        command.list("members", "").stream()
                .filter(name -> !name.isEmpty())
                .forEach(name -> members.add(new MemberIdentity(idOf(name), null, null)));
        LeaveGroupRequest request = LeaveGroupRequest.builder()
                .groupId(command.word(0))
                .members(members)
                .build();
        backend().leave(request, caller(new Client("admin"), 5), answer -> output.add("removed: " + left(answer)));
    }

    private static String left(LeaveGroupResponse answer) {
        return answer.members().isEmpty()
                ? error(answer.errorCode())
                : answer.members().stream()
                        .map(member -> error(member.errorCode()))
                        .collect(joining(" "));
    }

    /** {@code commit A t/0=5}: as a member; {@code commit group=g t/0=5}: as nobody. */
    private void commit(Command command) {
        Client client = command.words().isEmpty() ? new Client("nobody") : client(command.word(0));
        String groupId = command.option("group").orElse(client.group);
        int version = command.number("version", 9);
        Map<String, List<OffsetCommitRequestPartition>> partitions = new TreeMap<>();
        command.options().forEach((name, offset) -> {
            int slash = name.indexOf('/');
            if (slash > 0) {
                partitions
                        .computeIfAbsent(name.substring(0, slash), _ -> new ArrayList<>())
                        .add(OffsetCommitRequestPartition.builder()
                                .partitionIndex(Integer.parseInt(name.substring(slash + 1)))
                                .committedOffset(Long.parseLong(offset))
                                .committedMetadata(command.option("metadata").orElse(null))
                                .build());
            }
        });
        OffsetCommitRequest request = OffsetCommitRequest.builder()
                .groupId(groupId)
                .memberId(client.memberId)
                .groupInstanceId(version >= 7 ? client.instanceId : null)
                .generationIdOrMemberEpoch(command.number("generation", client.generation))
                .retentionTimeMs(command.option("retention")
                        .map(time -> duration(time).toMillis())
                        .orElse(-1L))
                .topics(partitions.entrySet().stream()
                        .map(entry -> OffsetCommitRequestTopic.builder()
                                .name(entry.getKey())
                                .topicId(backend().topics().idOf(entry.getKey()).orElse(new Uuid(9, 9)))
                                .partitions(entry.getValue())
                                .build())
                        .toList())
                .build();
        backend().commit(request, caller(client, version), answer -> say(client, committed(answer)));
    }

    private String committed(OffsetCommitResponse answer) {
        return answer.topics().stream()
                .flatMap(topic -> topic.partitions().stream()
                        .map(partition ->
                                nameOf(topic) + "/" + partition.partitionIndex() + ": " + error(partition.errorCode())))
                .collect(joining(", ", "committed ", ""));
    }

    private String nameOf(OffsetCommitResponse.OffsetCommitResponseTopic topic) {
        return topic.name().isEmpty()
                ? backend().topics().nameOf(topic.topicId()).orElse("unknown id")
                : topic.name();
    }

    /** {@code fetch g}: everything; {@code fetch g t/0 u/1}: those; {@code stable=no}: whatever is pending. */
    private void fetch(Command command) {
        Map<String, List<Integer>> partitions = new TreeMap<>();
        for (String name : command.words().subList(1, command.words().size())) {
            int slash = name.indexOf('/');
            partitions
                    .computeIfAbsent(name.substring(0, slash), _ -> new ArrayList<>())
                    .add(Integer.parseInt(name.substring(slash + 1)));
        }
        List<OffsetFetchRequestTopics> topics = partitions.entrySet().stream()
                .map(entry -> OffsetFetchRequestTopics.builder()
                        .name(entry.getKey())
                        .partitionIndexes(entry.getValue())
                        .build())
                .toList();
        OffsetFetchRequest request = OffsetFetchRequest.builder()
                .groups(List.of(OffsetFetchRequestGroup.builder()
                        .groupId(command.word(0))
                        .topics(topics.isEmpty() ? null : topics)
                        .build()))
                .requireStable(command.option("stable").isEmpty())
                .build();
        backend()
                .fetch(
                        request,
                        caller(new Client("admin"), 9),
                        answer -> answer.groups().forEach(group -> {
                            String offsets = group.topics().stream()
                                    .flatMap(topic -> topic.partitions().stream()
                                            .map(partition -> topic.name() + "/" + partition.partitionIndex() + "="
                                                    + (partition.errorCode() == 0
                                                            ? partition.committedOffset()
                                                            : error(partition.errorCode()))
                                                    + (partition.metadata() == null
                                                                    || partition
                                                                            .metadata()
                                                                            .isEmpty()
                                                            ? ""
                                                            : " '" + partition.metadata() + "'")))
                                    .sorted()
                                    .collect(joining(", "));
                            output.add("offsets of " + group.groupId() + ": "
                                    + (group.errorCode() == 0
                                            ? offsets.isEmpty() ? "none" : offsets
                                            : error(group.errorCode())));
                        }));
    }

    private void deleteOffsets(Command command) {
        List<OffsetDeleteRequestTopic> topics = command
                .words()
                .subList(1, command.words().size())
                .stream()
                .map(name -> new OffsetDeleteRequestTopic(
                        name.substring(0, name.indexOf('/')),
                        List.of(new OffsetDeleteRequestPartition(
                                Integer.parseInt(name.substring(name.indexOf('/') + 1))))))
                .toList();
        OffsetDeleteRequest request = OffsetDeleteRequest.builder()
                .groupId(command.word(0))
                .topics(topics)
                .build();
        backend()
                .deleteOffsets(
                        request,
                        answer -> output.add("deleted: "
                                + (answer.topics().isEmpty()
                                        ? error(answer.errorCode())
                                        : answer.topics().stream()
                                                .flatMap(topic -> topic.partitions().stream()
                                                        .map(partition -> topic.name() + "/"
                                                                + partition.partitionIndex() + ": "
                                                                + error(partition.errorCode())))
                                                .collect(joining(", ")))));
    }

    private void describe(Command command) {
        backend()
                .describe(
                        DescribeGroupsRequest.builder().groups(command.words()).build(),
                        caller(new Client("admin"), command.number("version", 6)),
                        answer -> answer.groups().forEach(group -> {
                            StringBuilder line = new StringBuilder(group.groupId() + " is ").append(group.groupState());
                            if (group.errorCode() != 0) {
                                line.append(" (")
                                        .append(error(group.errorCode()))
                                        .append(")");
                            }
                            if (!group.protocolType().isEmpty()) {
                                line.append(", ").append(group.protocolType());
                            }
                            if (!group.protocolData().isEmpty()) {
                                line.append(" with ").append(group.protocolData());
                            }
                            output.add(line.toString());
                            group.members()
                                    .forEach(member -> output.add("  " + nameOf(member.memberId())
                                            + (member.groupInstanceId() == null
                                                    ? ""
                                                    : " (" + member.groupInstanceId() + ")")
                                            + " at " + member.clientHost() + ": '"
                                            + text(member.memberAssignment()) + "'"));
                        }));
    }

    private void list(Command command) {
        ListGroupsRequest request = ListGroupsRequest.builder()
                .statesFilter(command.option("states")
                        .map(value -> List.of(value.split(",")))
                        .orElse(List.of()))
                .typesFilter(command.option("types")
                        .map(value -> List.of(value.split(",")))
                        .orElse(List.of()))
                .build();
        backend()
                .list(
                        request,
                        answer -> output.add("groups: "
                                + (answer.errorCode() != 0
                                        ? error(answer.errorCode())
                                        : answer.groups().stream()
                                                .map(group -> group.groupId() + " (" + group.groupType() + ", "
                                                        + group.groupState() + ")")
                                                .sorted()
                                                .collect(joining(", ")))));
    }

    private void delete(Command command) {
        backend()
                .delete(
                        DeleteGroupsRequest.builder()
                                .groupsNames(command.words())
                                .build(),
                        answer -> answer.results()
                                .forEach(result ->
                                        output.add("delete " + result.groupId() + ": " + error(result.errorCode()))));
    }

    private void deleteTopic(Command command) {
        if (command.option("silently").isEmpty()) {
            backend().deleteTopic(command.word(0));
        } else {
            backend().topics().delete(command.word(0));
        }
    }

    /** What is stored, one line for each record; {@code log tail=2}: the last two. */
    private void log(Command command) {
        List<String> lines = backend().records().stream()
                .map(record -> switch (GroupRecords.decode(record).orElseThrow()) {
                    case GroupRecord.OffsetCommitted it ->
                        "offset " + it.groupId() + " " + it.topic() + "/" + it.partition() + "="
                                + it.committed().offset();
                    case GroupRecord.OffsetPending it ->
                        "pending offset " + it.groupId() + " " + it.topic() + "/" + it.partition() + "="
                                + it.committed().offset() + " of "
                                + it.producer().producerId();
                    case GroupRecord.OffsetForgotten it ->
                        "no offset " + it.groupId() + " " + it.topic() + "/" + it.partition();
                    case GroupRecord.ClassicGroupStored it ->
                        "group " + it.groupId() + " generation "
                                + it.value().generation() + ", members "
                                + it.value().members().stream()
                                        .map(member -> nameOf(member.memberId()))
                                        .sorted()
                                        .collect(joining(" "));
                    case GroupRecord.ClassicGroupForgotten it -> "no group " + it.groupId();
                    case ConsumerRecord it -> consumers.shown(it);
                    case ShareRecord it -> it.toString();
                    case StreamsRecord it -> StreamsCommands.shown(it);
                })
                .toList();
        output.addAll(lines.subList(
                Math.max(0, lines.size() - command.number("tail", Integer.MAX_VALUE)), lines.size()));
    }

    void say(String what) {
        output.add(what);
    }

    void say(Client client, String what) {
        output.add(client.name + ": " + what);
    }

    /** Somebody who is no member of any group. */
    Client nobody() {
        return new Client("nobody");
    }

    Client client(String name) {
        return clients.computeIfAbsent(name, Client::new);
    }

    Caller caller(Client client, int version) {
        return new Caller("client-" + client.name, "/10.0.0.1", version);
    }

    private String idOf(String name) {
        return name.equals("none") ? "" : clients.containsKey(name) ? client(name).memberId : name;
    }

    /** The client's name, with a stroke for each member id that it had before. */
    String nameOf(String memberId) {
        return names.computeIfAbsent(memberId, id -> {
            String owner = clients.values().stream()
                    .filter(client -> id.startsWith("client-" + client.name + "-")
                            || (client.instanceId != null && id.startsWith(client.instanceId + "-")))
                    .map(client -> client.name)
                    .findFirst()
                    .orElse(id);
            long earlier = names.values().stream()
                    .filter(name -> name.startsWith(owner))
                    .count();
            return owner + "'".repeat((int) earlier);
        });
    }

    static ByteBuffer subscription(List<String> topics) {
        ByteBuffer bytes = ByteBuffer.allocate(1_000).putShort((short) 0).putInt(topics.size());
        topics.forEach(topic -> bytes.putShort((short) topic.length()).put(topic.getBytes(UTF_8)));
        return bytes.putInt(-1).flip();
    }

    static String text(ByteBuffer bytes) {
        return UTF_8.decode(bytes).toString();
    }

    static String error(short code) {
        return ErrorCode.forCode(code).name();
    }

    private static Duration duration(String text) {
        return Duration.parse(text.endsWith("d") ? "P" + text : text.endsWith("ms") ? millis(text) : "PT" + text);
    }

    private static String millis(String text) {
        return "PT" + Long.parseLong(text.substring(0, text.length() - 2)) / 1_000.0 + "S";
    }

    /** A command: words, and options {@code name=value}. */
    record Command(String verb, List<String> words, Map<String, String> options) {

        private Command(String line) {
            this(line.split(" ")[0], new ArrayList<>(), new TreeMap<>());
            List<String> parts = List.of(line.split(" "));
            for (String part : parts.subList(1, parts.size())) {
                int equals = part.indexOf('=');
                if (equals < 0) {
                    words.add(part);
                } else {
                    options.put(
                            part.substring(0, equals),
                            part.substring(equals + 1).replace('_', ' '));
                }
            }
        }

        String word(int index) {
            return words.get(index);
        }

        Optional<String> option(String name) {
            return Optional.ofNullable(options.get(name));
        }

        List<String> list(String name, String otherwise) {
            return List.of(option(name).orElse(otherwise).split(","));
        }

        int number(String name, int otherwise) {
            return option(name).map(Integer::parseInt).orElse(otherwise);
        }

        Duration time(String name, String otherwise) {
            return duration(option(name).orElse(otherwise));
        }
    }
}
