package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.client.ClientError;
import dev.barnabas.client.Done;
import dev.barnabas.client.Groups;
import dev.barnabas.client.Result;
import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code barnabas group}; describing groups is {@link DescribeGroupsCommand}, moving one {@link ResetOffsetsCommand}.
 */
@Command(
        name = "group",
        description = "List, describe, delete and move groups of consumers and streams applications.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class GroupCommands {

    private final Streams streams;

    GroupCommands(Streams streams) {
        this.streams = streams;
    }

    @Command(name = "list", description = "List the groups.", mixinStandardHelpOptions = true)
    int list(
            @Mixin ClusterOptions cluster,
            @Option(
                            names = "--state",
                            split = ",",
                            paramLabel = "STATE",
                            description = "Only those that are, for example, Stable or Empty.")
                    @Nullable
                    Set<String> states,
            @Option(
                            names = "--type",
                            split = ",",
                            paramLabel = "TYPE",
                            description = "Only those of this type: classic, consumer, share or streams.")
                    @Nullable
                    Set<String> types,
            @Option(names = "--json", description = "A JSON document.") boolean json) {
        try (Session session = cluster.open()) {
            Groups.Listings found = session.get(() ->
                    session.admin().listGroups(states == null ? Set.of() : states, types == null ? Set.of() : types));
            if (json) {
                Json.print(
                        found.groups().stream()
                                .map(group -> ordered(
                                        "group",
                                        group.id(),
                                        "state",
                                        group.state(),
                                        "type",
                                        group.type(),
                                        "protocolType",
                                        group.protocolType()))
                                .toList(),
                        streams.raw());
            } else if (found.groups().isEmpty()) {
                streams.out()
                        .println(
                                states == null && types == null
                                        ? "There are no groups; barnabas consume TOPIC --group NAME makes one."
                                        : "There are no such groups.");
            } else {
                Table table = new Table("GROUP", "STATE", "TYPE");
                found.groups().forEach(group -> table.row(group.id(), group.state(), group.type()));
                table.print(streams.out());
            }
            found.failed()
                    .forEach((broker, error) -> streams.err()
                            .println("barnabas: broker " + broker + " could not be asked: " + Errors.describe(error)));
            return found.failed().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    @Command(
            name = "delete",
            description = "Delete groups and what they have committed. They must have no members.",
            mixinStandardHelpOptions = true)
    int delete(
            @Mixin ClusterOptions cluster,
            @Parameters(paramLabel = "GROUP", arity = "1..*", description = "Their names.") List<String> names) {
        try (Session session = cluster.open()) {
            var deleted = Session.succeeded(session.get(() -> session.admin().deleteGroups(names)), "group", streams);
            deleted.keySet().forEach(name -> streams.out().println("Deleted " + name));
            return deleted.size() == names.size() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    @Command(
            name = "remove-members",
            description = "Take members out of a group, so that the others get what they have. Who still runs may join"
                    + " again.",
            mixinStandardHelpOptions = true)
    int removeMembers(
            @Mixin ClusterOptions cluster,
            @Parameters(paramLabel = "GROUP", description = "The group.") String group,
            @ArgGroup(exclusive = true, multiplicity = "1") Whom whom) {
        try (Session session = cluster.open()) {
            List<Groups.Leaver> leavers = new ArrayList<>();
            if (whom.all) {
                Groups.Description described = Session.required(
                        "group " + group,
                        session.get(() -> session.admin().describeGroups(List.of(group)))
                                .values()
                                .iterator()
                                .next());
                described.members().forEach(member -> leavers.add(Groups.Leaver.member(member.memberId())));
                if (leavers.isEmpty()) {
                    streams.out().println("Group " + group + " has no members.");
                    return ExitCode.OK;
                }
            }
            whom.members.forEach(member -> leavers.add(Groups.Leaver.member(member)));
            whom.instances.forEach(instance -> leavers.add(Groups.Leaver.staticMember(instance)));
            Map<String, Done> removed = new LinkedHashMap<>();
            session.get(() -> session.admin().removeMembers(group, leavers, "an operator has removed it"))
                    .forEach((leaver, result) -> {
                        String name = leaver.instanceId() == null ? leaver.memberId() : leaver.instanceId();
                        switch (result) {
                            case Result.Success<Done>(Done done) -> removed.put(name, done);
                            case Result.Failure<Done>(var error) ->
                                streams.err()
                                        .println("barnabas: " + name + ": "
                                                + (error instanceof ClientError.Refused(ErrorCode code, String _)
                                                                && code == ErrorCode.UNKNOWN_MEMBER_ID
                                                        ? "there is no such member"
                                                        : Errors.describe(error)));
                        }
                    });
            removed.keySet().forEach(name -> streams.out().println("Removed " + name));
            return removed.size() == leavers.size() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    /** One of these. */
    static final class Whom {
        @Option(names = "--all", description = "All members.")
        private boolean all;

        @Option(names = "--member", paramLabel = "ID", description = "By the member id; may be repeated.")
        private List<String> members = new ArrayList<>();

        @Option(
                names = "--instance",
                paramLabel = "NAME",
                description = "A static member, by its group.instance.id; may be repeated.")
        private List<String> instances = new ArrayList<>();
    }
}
