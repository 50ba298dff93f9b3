package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.BalanceLeaders;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.Refusal;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.settings.Settings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives partitions back to their preferred leaders from time to time, while the active controller is at this node:
 * after a restart everything else would be led by those that were there meanwhile. Clients of a partition that moves
 * have to turn to another broker, so few move at once.
 *
 * <p>Owned by the loop of the cluster's metadata.
 */
final class LeaderBalance {

    private static final Logger log = LoggerFactory.getLogger(LeaderBalance.class);

    private static final int AT_ONCE = 100;

    /** Between two portions when there are more that could go back. */
    private static final Duration NEXT_PORTION = Duration.ofSeconds(1);

    private final Loop loop;
    private final ClusterMetadata metadata;
    private final Duration interval;
    private Loop.@Nullable Timer timer;

    private LeaderBalance(Loop loop, ClusterMetadata metadata, Duration interval) {
        this.loop = loop;
        this.metadata = metadata;
        this.interval = interval;
    }

    /** Keeps the balance from now on, if the settings want it. */
    static void start(Loop loop, ClusterMetadata metadata, Settings settings) {
        if (settings.get(BrokerSettings.AUTO_LEADER_REBALANCE_ENABLE)) {
            LeaderBalance balance = new LeaderBalance(
                    loop,
                    metadata,
                    Duration.ofSeconds(settings.get(BrokerSettings.LEADER_IMBALANCE_CHECK_INTERVAL_SECONDS)));
            metadata.onLeaderChange(balance::leaderChanged);
            balance.leaderChanged();
        }
    }

    private void leaderChanged() {
        if (!metadata.leads()) {
            cancelTimer();
        } else if (timer == null) {
            scheduleIn(interval);
        }
    }

    private void scheduleIn(Duration delay) {
        cancelTimer();
        timer = loop.schedule(delay, this::balance);
    }

    private void balance() {
        metadata.submit(new BalanceLeaders(AT_ONCE), loop, answer -> {
            if (!metadata.leads()) {
                cancelTimer();
                return;
            }
            switch (answer) {
                case Answer.Granted<BalanceLeaders.Balanced>(BalanceLeaders.Balanced balanced) -> {
                    if (balanced.moved() > 0) {
                        log.info("Partitions went back to their preferred leaders count={}", balanced.moved());
                    }
                    scheduleIn(balanced.more() ? NEXT_PORTION : interval);
                }
                case Answer.Refused<BalanceLeaders.Balanced>(Refusal refusal) -> {
                    log.info("Leaders could not be balanced; it is tried again later why={}", refusal.message());
                    scheduleIn(interval);
                }
            }
        });
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
