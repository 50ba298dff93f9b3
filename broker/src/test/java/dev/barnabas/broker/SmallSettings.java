package dev.barnabas.broker;

import dev.barnabas.simulation.Dice;
import java.util.ArrayList;
import java.util.List;

/**
 * Random settings of a cluster, mostly so small that what takes days elsewhere happens every second: segments, index
 * entries, snapshots, sessions and patience are short, directories several, disks almost full.
 */
record SmallSettings(int nodes, List<String> settings) {

    static SmallSettings draw(Dice dice) {
        int nodes = 3 + (dice.chance(0.25) ? dice.nextInt(5) : dice.nextInt(3));
        int factor = 3 + 2 * dice.nextInt((nodes - 1) / 2);
        List<String> drawn = new ArrayList<>(List.of(
                "default.replication.factor=" + factor,
                "min.insync.replicas=" + (factor + 1) / 2,
                "offsets.topic.replication.factor=" + factor,
                "log.segment.bytes=" + dice.magnitude(1 << 20, 1 << 26),
                "log.roll.ms=" + dice.magnitude(1_000, 600_000),
                "log.index.interval.bytes=" + dice.magnitude(1, 1 << 14),
                "replica.lag.time.max.ms=" + dice.magnitude(1_000, 30_000),
                "replica.fetch.max.bytes=" + dice.magnitude(1_000, 1 << 20),
                "replica.fetch.response.max.bytes=" + dice.magnitude(1_000, 1 << 22),
                "broker.session.timeout.ms=" + dice.magnitude(1_000, 10_000),
                "metadata.log.max.record.bytes.between.snapshots=" + dice.magnitude(1_000, 1 << 20),
                "barnabas.disk.reserve.bytes=" + dice.magnitude(1, 1 << 21),
                "max.incremental.fetch.session.cache.slots=" + dice.magnitude(1, 1_000),
                "leader.imbalance.check.interval.seconds=" + dice.magnitude(1, 300)));
        if (dice.chance(0.3)) {
            drawn.add("log.dirs=one,two" + (dice.chance(0.5) ? ",three" : ""));
        }
        if (dice.chance(0.3)) {
            drawn.add("broker.rack=rack-{id}");
        }
        return new SmallSettings(nodes, List.copyOf(drawn));
    }

    /** How many replicas hold what was acknowledged, at least. */
    int minInSync() {
        return settings.stream()
                .filter(setting -> setting.startsWith("min.insync.replicas="))
                .mapToInt(setting -> Integer.parseInt(setting.substring(setting.indexOf('=') + 1)))
                .findFirst()
                .orElseThrow();
    }
}
