package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.client.Admin;
import dev.barnabas.client.ClusterView;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The brokers of a cluster and what each has of its partitions.
 *
 * @param all by id; also those that are not registered any more but still are replicas
 */
record BrokerShares(Admin.ClusterDescription cluster, Map<Integer, Share> all) {

    /**
     * @param described null if it is not registered
     * @param leads how many partitions
     * @param replicas how many, in sync or not
     * @param behind how many of them are not in sync
     */
    record Share(int id, Admin.@Nullable DescribedBroker described, int leads, int replicas, int behind) {

        boolean isRegistered() {
            return described != null;
        }

        boolean isFenced() {
            return described != null && described.fenced();
        }

        String state() {
            return described == null ? "not registered" : described.fenced() ? "fenced" : "serving";
        }
    }

    static BrokerShares of(Session session) {
        Admin.ClusterDescription cluster = session.get(() -> session.admin().describeCluster());
        return of(cluster, session.get(() -> session.admin().view()));
    }

    static BrokerShares of(Admin.ClusterDescription cluster, ClusterView view) {
        Map<Integer, int[]> counts = new TreeMap<>();
        cluster.brokers().forEach(each -> counts.put(each.broker().id(), new int[3]));
        for (ClusterView.Topic topic : view.topics().values()) {
            for (ClusterView.Partition partition : topic.partitions()) {
                if (partition.leader() >= 0) {
                    counts.computeIfAbsent(partition.leader(), absent -> new int[3])[0]++;
                }
                for (int replica : partition.replicas()) {
                    int[] count = counts.computeIfAbsent(replica, absent -> new int[3]);
                    count[1]++;
                    count[2] += partition.inSync().contains(replica) ? 0 : 1;
                }
            }
        }
        Map<Integer, Admin.DescribedBroker> described = new TreeMap<>();
        cluster.brokers().forEach(each -> described.put(each.broker().id(), each));
        Map<Integer, Share> all = new TreeMap<>();
        counts.forEach((id, count) -> all.put(id, new Share(id, described.get(id), count[0], count[1], count[2])));
        return new BrokerShares(cluster, all);
    }

    void print(PrintStream out) {
        Table table = new Table("BROKER", "ADDRESS", "RACK", "LEADS", "REPLICAS", "NOT IN SYNC", "STATE");
        for (Share share : all.values()) {
            Admin.DescribedBroker described = share.described;
            String rack = described == null ? null : described.broker().rack();
            table.row(
                    share.id,
                    described == null ? "-" : described.broker().endpoint(),
                    rack == null ? "-" : rack,
                    share.leads,
                    share.replicas,
                    share.behind,
                    share.state() + (share.id == cluster.controllerId() ? ", controller" : ""));
        }
        table.print(out);
    }

    List<Object> documents() {
        List<Object> documents = new ArrayList<>();
        for (Share share : all.values()) {
            Admin.DescribedBroker described = share.described;
            documents.add(ordered(
                    "id",
                    share.id,
                    "host",
                    described == null ? null : described.broker().endpoint().host(),
                    "port",
                    described == null ? null : described.broker().endpoint().port(),
                    "rack",
                    described == null ? null : described.broker().rack(),
                    "registered",
                    share.isRegistered(),
                    "fenced",
                    share.isFenced(),
                    "controller",
                    share.id == cluster.controllerId(),
                    "leads",
                    share.leads,
                    "replicas",
                    share.replicas,
                    "notInSync",
                    share.behind));
        }
        return documents;
    }
}
