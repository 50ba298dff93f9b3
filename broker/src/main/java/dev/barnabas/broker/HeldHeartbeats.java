package dev.barnabas.broker;

import dev.barnabas.groups.GroupCoordinator;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.HeartbeatRequest;
import dev.barnabas.protocol.message.HeartbeatResponse;
import dev.barnabas.settings.CoordinatorSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Heartbeat 0-4. A coordinator cannot call its members: they learn of a rebalance when their next heartbeat is
 * answered, by default every three seconds. So the answer to a heartbeat with which all is well is held back, and given
 * when a rebalance begins, when the client asks anything else on that connection, or when its time is over.
 *
 * <p>Only clients are kept waiting that send heartbeats beside their work and do not wait for the answers; others, such
 * as kafkajs, process no records meanwhile. The Java client does not even wait for the answer before it sends the next
 * heartbeat. A client whose connection breaks meanwhile may have a very short request timeout: it is not kept waiting
 * again.
 *
 * <p>What is held belongs to the loop of its connection.
 */
final class HeldHeartbeats implements Handler<HeartbeatRequest> {

    /** As they name themselves in ApiVersions (KIP-511). */
    private static final Set<String> PATIENT_SOFTWARE = Set.of(
            "apache-kafka-java",
            "barnabas",
            "librdkafka",
            "confluent-kafka-dotnet",
            "confluent-kafka-go",
            "confluent-kafka-javascript",
            "confluent-kafka-python");

    private static final int MOST_IMPATIENT = 1_000;

    private final GroupCoordinator groups;
    private final Duration longest;
    /** By loop; only looked up. */
    private final Map<Loop, OfLoop> byLoop = new HashMap<>();

    private HeldHeartbeats(Node node, GroupCoordinator groups, Duration longest) {
        this.groups = groups;
        this.longest = longest;
        node.shares().forEach(share -> byLoop.put(share.loop(), new OfLoop(share.loop())));
    }

    static HeldHeartbeats of(Node node, GroupCoordinator groups) {
        int longestMs = Math.min(
                node.settings().get(CoordinatorSettings.HEARTBEAT_WAIT_MAX_MS),
                node.settings().get(CoordinatorSettings.GROUP_MIN_SESSION_TIMEOUT_MS) / 2);
        HeldHeartbeats held = new HeldHeartbeats(node, groups, Duration.ofMillis(Math.max(0, longestMs)));
        List<OfLoop> all =
                node.shares().stream().map(share -> held.ofLoop(share.loop())).toList();
        held.byLoop.values().forEach(each -> each.others = all);
        groups.onRebalance(groupId -> all.forEach(each -> each.loop.execute(() -> each.rebalances(groupId))));
        return held;
    }

    private OfLoop ofLoop(Loop loop) {
        return Optional.ofNullable(byLoop.get(loop)).orElseThrow();
    }

    @Override
    public void handle(HeartbeatRequest request, Call call) {
        ask(request, call, ofLoop(call.loop()));
    }

    private void ask(HeartbeatRequest request, Call call, OfLoop here) {
        long toldBefore = here.told;
        groups.heartbeat(request, call.loop(), response -> {
            boolean waits = response.errorCode() == ErrorCode.NONE.code()
                    && longest.isPositive()
                    && !call.abandoned()
                    && PATIENT_SOFTWARE.contains(call.asker().softwareName())
                    && !here.impatient.contains(request.memberId());
            if (!waits) {
                call.answer(response);
            } else if (here.told != toldBefore) {
                // The answer may be older than the news, if it had to wait for something to be committed.
                ask(request, call, here);
            } else {
                new Held(request, call, response, here).begin();
            }
        });
    }

    /** What one loop holds. */
    private static final class OfLoop {
        private final Loop loop;
        private final Map<String, Set<Held>> byGroup = new HashMap<>();
        /** Members whose connection broke while they were kept waiting, the last ones. */
        private final Set<String> impatient = new LinkedHashSet<>();

        private List<OfLoop> others = List.of();
        private long told;

        OfLoop(Loop loop) {
            this.loop = loop;
        }

        private void rebalances(String groupId) {
            told++;
            Set<Held> held = byGroup.get(groupId);
            if (held != null) {
                List.copyOf(held).forEach(Held::askAgain);
            }
        }

        private void isImpatient(String memberId) {
            impatient.add(memberId);
            if (impatient.size() > MOST_IMPATIENT) {
                impatient.remove(impatient.iterator().next());
            }
        }
    }

    /** One heartbeat that waits for news. */
    private final class Held {
        private final HeartbeatRequest request;
        private final Call call;
        private final HeartbeatResponse allIsWell;
        private final OfLoop here;
        private Loop.@Nullable Timer timer;
        private boolean over;

        Held(HeartbeatRequest request, Call call, HeartbeatResponse allIsWell, OfLoop here) {
            this.request = request;
            this.call = call;
            this.allIsWell = allIsWell;
            this.here = here;
        }

        void begin() {
            here.byGroup
                    .computeIfAbsent(request.groupId(), _ -> new LinkedHashSet<>())
                    .add(this);
            timer = here.loop.schedule(longest, this::letGo);
            call.asker().whenNextComes(this::letGo);
        }

        void letGo() {
            if (!end()) {
                return;
            }
            if (call.abandoned()) {
                here.others.forEach(each -> each.loop.execute(() -> each.isImpatient(request.memberId())));
            }
            call.answer(allIsWell);
        }

        void askAgain() {
            if (end()) {
                groups.heartbeat(request, here.loop, call::answer);
            }
        }

        private boolean end() {
            if (over) {
                return false;
            }
            over = true;
            if (timer != null) {
                timer.cancel();
            }
            Set<Held> ofGroup = here.byGroup.get(request.groupId());
            if (ofGroup != null) {
                ofGroup.remove(this);
                if (ofGroup.isEmpty()) {
                    here.byGroup.remove(request.groupId());
                }
            }
            return true;
        }
    }
}
