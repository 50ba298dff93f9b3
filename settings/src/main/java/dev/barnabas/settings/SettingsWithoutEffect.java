package dev.barnabas.settings;

import static dev.barnabas.settings.Rule.atLeast;
import static dev.barnabas.settings.Rule.between;
import static dev.barnabas.settings.Rule.notEmpty;
import static dev.barnabas.settings.Rule.oneOf;
import static dev.barnabas.settings.Rule.oneOfIgnoringCase;
import static dev.barnabas.settings.Rule.only;

import dev.barnabas.settings.Setting.Declaration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of Kafka's brokers that do nothing here, each with the reason. They are read and checked, so that an
 * existing settings file keeps working and its slips are still found. When a feature comes, its settings move to
 * {@link BrokerSettings} or {@link CoordinatorSettings} and get a sentence of their own.
 */
final class SettingsWithoutEffect {

    static final Declarations.Builder DECLARED = new Declarations.Builder(Scope.BROKER);

    static {
        refuseWhereIgnoringWouldHarm();
        declare(
                "records of a new transaction wait for the one before without asking again",
                integer("add.partitions.to.txn.retry.backoff.ms", 20)
                        .allow(atLeast(1))
                        .high());
        declare(
                "Kafka has not released InitProducerId version 6, which it is for",
                bool("transaction.two.phase.commit.enable", false).low());
        declare(
                "replicas cannot be moved between directories in this version",
                integer("alter.log.dirs.replication.quota.window.num", 11)
                        .allow(atLeast(1))
                        .low(),
                integer("alter.log.dirs.replication.quota.window.size.seconds", 1)
                        .allow(atLeast(1))
                        .low(),
                list("cordoned.log.dirs").perBroker(),
                integer("num.replica.alter.log.dirs.threads", null).high());
        declare(
                "replication needs no such setting here",
                longInteger("replica.high.watermark.checkpoint.interval.ms", 5000L)
                        .high(),
                integer("replica.socket.receive.buffer.bytes", 65_536).high(),
                integer("replication.quota.window.num", 11).allow(atLeast(1)).low(),
                integer("replication.quota.window.size.seconds", 1)
                        .allow(atLeast(1))
                        .low());
        declare(
                "there is one loop for each processor core (barnabas.loops)",
                integer("background.threads", 10)
                        .allow(atLeast(1))
                        .clusterWide()
                        .high(),
                integer("group.coordinator.background.threads", 2)
                        .allow(atLeast(1))
                        .high(),
                integer("group.coordinator.threads", 4).allow(atLeast(1)).high(),
                integer("num.io.threads", 8).allow(atLeast(1)).clusterWide().high(),
                integer("num.network.threads", 3)
                        .allow(atLeast(1))
                        .clusterWide()
                        .high(),
                integer("share.coordinator.threads", 1).allow(atLeast(1)));
        declare(
                "the quorum of controllers needs no such setting here",
                bool("controlled.shutdown.enable", true),
                integer("controller.quorum.append.linger.ms", 25).allow(atLeast(0)),
                integer("controller.quorum.election.backoff.max.ms", 1000)
                        .allow(atLeast(0))
                        .high(),
                integer("controller.quorum.election.timeout.ms", 1000)
                        .allow(atLeast(0))
                        .high(),
                integer("controller.quorum.fetch.max.bytes", 1_048_576)
                        .allow(atLeast(1))
                        .low(),
                integer("controller.quorum.fetch.snapshot.max.bytes", 1_048_576)
                        .allow(atLeast(1))
                        .low(),
                integer("controller.quorum.request.timeout.ms", 2000).allow(atLeast(0)),
                integer("controller.quorum.retry.backoff.ms", 20)
                        .allow(atLeast(0))
                        .low(),
                integer("controller.socket.timeout.ms", 30_000),
                integer("initial.broker.registration.timeout.ms", 60_000),
                longInteger("metadata.log.max.snapshot.interval.ms", 3_600_000L)
                        .allow(atLeast(0))
                        .high(),
                integer("metadata.log.segment.bytes", 1_073_741_824)
                        .allow(atLeast(8388608))
                        .high(),
                longInteger("metadata.log.segment.ms", 604_800_000L).high(),
                integer("metadata.max.idle.interval.ms", 500).allow(atLeast(0)).low(),
                longInteger("metadata.max.retention.bytes", 104_857_600L).high(),
                longInteger("metadata.max.retention.ms", 604_800_000L).high());
        declare(
                "SASL is not in this version",
                integer("connection.failed.authentication.delay.ms", 100)
                        .allow(atLeast(0))
                        .low(),
                longInteger("connections.max.reauth.ms", 0L),
                className("sasl.client.callback.handler.class"),
                list("sasl.enabled.mechanisms", "GSSAPI").perBroker(),
                secret("sasl.jaas.config").perBroker(),
                string("sasl.kerberos.kinit.cmd", "/usr/bin/kinit").perBroker(),
                longInteger("sasl.kerberos.min.time.before.relogin", 60_000L).perBroker(),
                list("sasl.kerberos.principal.to.local.rules", "DEFAULT").perBroker(),
                string("sasl.kerberos.service.name", null).perBroker(),
                decimal("sasl.kerberos.ticket.renew.jitter", 0.05).perBroker(),
                decimal("sasl.kerberos.ticket.renew.window.factor", 0.8).perBroker(),
                className("sasl.login.callback.handler.class"),
                className("sasl.login.class"),
                integer("sasl.login.connect.timeout.ms", null).low(),
                integer("sasl.login.read.timeout.ms", null).low(),
                shortInteger("sasl.login.refresh.buffer.seconds", 300).perBroker(),
                shortInteger("sasl.login.refresh.min.period.seconds", 60).perBroker(),
                decimal("sasl.login.refresh.window.factor", 0.8).perBroker(),
                decimal("sasl.login.refresh.window.jitter", 0.05).perBroker(),
                longInteger("sasl.login.retry.backoff.max.ms", 10_000L).low(),
                longInteger("sasl.login.retry.backoff.ms", 100L).low(),
                string("sasl.mechanism.controller.protocol", "GSSAPI").high(),
                string("sasl.mechanism.inter.broker.protocol", "GSSAPI").perBroker(),
                bool("sasl.oauthbearer.allow.unverified.audience", false),
                bool("sasl.oauthbearer.allow.unverified.issuer", false),
                string("sasl.oauthbearer.assertion.algorithm", "RS256").allow(oneOfIgnoringCase("ES256", "RS256")),
                string("sasl.oauthbearer.assertion.claim.aud", null),
                integer("sasl.oauthbearer.assertion.claim.exp.seconds", 300)
                        .allow(between(0, 86400))
                        .low(),
                string("sasl.oauthbearer.assertion.claim.iss", null),
                bool("sasl.oauthbearer.assertion.claim.jti.include", false),
                integer("sasl.oauthbearer.assertion.claim.nbf.seconds", 60)
                        .allow(between(0, 3600))
                        .low(),
                string("sasl.oauthbearer.assertion.claim.sub", null),
                string("sasl.oauthbearer.assertion.file", null),
                string("sasl.oauthbearer.assertion.private.key.file", null),
                secret("sasl.oauthbearer.assertion.private.key.passphrase"),
                string("sasl.oauthbearer.assertion.template.file", null),
                string("sasl.oauthbearer.client.credentials.client.id", null),
                secret("sasl.oauthbearer.client.credentials.client.secret"),
                integer("sasl.oauthbearer.clock.skew.seconds", 30).low(),
                list("sasl.oauthbearer.expected.audience").high(),
                string("sasl.oauthbearer.expected.issuer", null).high(),
                longInteger("sasl.oauthbearer.jwks.endpoint.refresh.ms", 3_600_000L)
                        .low(),
                longInteger("sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", 10_000L)
                        .low(),
                longInteger("sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", 100L)
                        .low(),
                string("sasl.oauthbearer.jwks.endpoint.url", null),
                className("sasl.oauthbearer.jwt.retriever.class"),
                className("sasl.oauthbearer.jwt.validator.class"),
                string("sasl.oauthbearer.scope", null),
                string("sasl.oauthbearer.scope.claim.name", "scope").low(),
                string("sasl.oauthbearer.sub.claim.name", "sub").low(),
                string("sasl.oauthbearer.token.endpoint.url", null),
                className("sasl.server.callback.handler.class"),
                integer("sasl.server.max.receive.size", 524_288));
        declare(
                "quotas are not in this version",
                integer("controller.quota.window.num", 11).allow(atLeast(1)).low(),
                integer("controller.quota.window.size.seconds", 1)
                        .allow(atLeast(1))
                        .low(),
                integer("quota.window.num", 11).allow(atLeast(1)).low(),
                integer("quota.window.size.seconds", 1).allow(atLeast(1)).low());
        declare(
                "access control is not in this version",
                longInteger("delegation.token.expiry.check.interval.ms", 3_600_000L)
                        .allow(atLeast(1))
                        .low(),
                longInteger("delegation.token.expiry.time.ms", 86_400_000L).allow(atLeast(1)),
                longInteger("delegation.token.max.lifetime.ms", 604_800_000L).allow(atLeast(1)),
                secret("delegation.token.secret.key"));
        declare(
                "a waiting request is not kept in a purgatory",
                integer("delete.records.purgatory.purge.interval.requests", 1),
                integer("fetch.purgatory.purge.interval.requests", 1000),
                integer("producer.purgatory.purge.interval.requests", 1000),
                integer("share.fetch.purgatory.purge.interval.requests", 1000));
        declare(
                "all listeners open when the node is ready",
                listOrUnset("early.start.listeners").high());
        declare(
                "a share coordinator writes what has come in one turn of its loop, and keeps no such buffers",
                integer("share.coordinator.append.linger.ms", -1).allow(atLeast(-1)),
                integer("share.coordinator.cached.buffer.max.bytes", 1_048_588)
                        .allow(atLeast(524288))
                        .clusterWide(),
                integer("share.coordinator.load.buffer.size", 5_242_880)
                        .allow(atLeast(1))
                        .high(),
                integer("share.coordinator.state.topic.compression.codec", 0).high());
        declare(
                "tiered storage is not in this version",
                bool("follower.fetch.last.tiered.offset.enable", false).clusterWide(),
                integer("remote.fetch.max.wait.ms", 500).allow(atLeast(1)).clusterWide(),
                longInteger("remote.list.offsets.request.timeout.ms", 30_000L)
                        .allow(atLeast(1))
                        .clusterWide(),
                longInteger("remote.log.index.file.cache.total.size.bytes", 1_073_741_824L)
                        .allow(atLeast(1))
                        .clusterWide()
                        .low(),
                integer("remote.log.manager.copier.thread.pool.size", 10)
                        .allow(atLeast(1))
                        .clusterWide(),
                longInteger("remote.log.manager.copy.max.bytes.per.second", Long.MAX_VALUE)
                        .allow(atLeast(1))
                        .clusterWide(),
                integer("remote.log.manager.copy.quota.window.num", 11).allow(atLeast(1)),
                integer("remote.log.manager.copy.quota.window.size.seconds", 1).allow(atLeast(1)),
                integer("remote.log.manager.expiration.thread.pool.size", 10)
                        .allow(atLeast(1))
                        .clusterWide(),
                longInteger("remote.log.manager.fetch.max.bytes.per.second", Long.MAX_VALUE)
                        .allow(atLeast(1))
                        .clusterWide(),
                integer("remote.log.manager.fetch.quota.window.num", 11).allow(atLeast(1)),
                integer("remote.log.manager.fetch.quota.window.size.seconds", 1).allow(atLeast(1)),
                integer("remote.log.manager.follower.thread.pool.size", 2)
                        .allow(atLeast(1))
                        .clusterWide(),
                longInteger("remote.log.manager.task.interval.ms", 30_000L)
                        .allow(atLeast(1))
                        .low(),
                integer("remote.log.manager.thread.pool.size", 2).allow(atLeast(1)),
                integer("remote.log.metadata.custom.metadata.max.bytes", 128)
                        .allow(atLeast(0))
                        .low(),
                string(
                                "remote.log.metadata.manager.class.name",
                                "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager")
                        .allow(notEmpty()),
                string("remote.log.metadata.manager.class.path", null),
                string("remote.log.metadata.manager.impl.prefix", "rlmm.config.")
                        .allow(notEmpty()),
                string("remote.log.metadata.manager.listener.name", null).allow(notEmpty()),
                integer("remote.log.reader.max.pending.tasks", 100).allow(atLeast(1)),
                integer("remote.log.reader.threads", 10).allow(atLeast(1)).clusterWide(),
                string("remote.log.storage.manager.class.name", null).allow(notEmpty()),
                string("remote.log.storage.manager.class.path", null),
                string("remote.log.storage.manager.impl.prefix", "rsm.config.").allow(notEmpty()));
        declare(
                "what comes in together is written together, without waiting",
                integer("group.coordinator.append.linger.ms", -1).allow(atLeast(-1)));
        declare(
                "buffers are not cached for each coordinator",
                integer("group.coordinator.cached.buffer.max.bytes", 1_048_588)
                        .allow(atLeast(524288))
                        .clusterWide());
        declare(
                "descriptions of topologies are not stored (KIP-1331)",
                className("group.streams.topology.description.plugin.class"));
        declare(
                "metrics are served in Prometheus' format (barnabas.http.listener)",
                integer("kafka.metrics.polling.interval.secs", 10)
                        .allow(atLeast(1))
                        .low(),
                list("kafka.metrics.reporters").low(),
                list("metric.reporters", "org.apache.kafka.common.metrics.JmxReporter")
                        .clusterWide()
                        .low(),
                integer("metrics.num.samples", 2).allow(atLeast(1)).low(),
                string("metrics.recording.level", "INFO").low(),
                longInteger("metrics.sample.window.ms", 30_000L)
                        .allow(atLeast(1))
                        .low());
        declare(
                "compaction reads and writes in pieces of its own size",
                integer("log.cleaner.io.buffer.size", 524_288).allow(atLeast(0)).clusterWide());
        declare(
                "a node goes on without a directory that fails, and stops at once without the first",
                longInteger("log.dir.failure.timeout.ms", 30_000L)
                        .allow(atLeast(1))
                        .low());
        declare(
                "the log start is on stable storage before anybody is told of it",
                integer("log.flush.start.offset.checkpoint.interval.ms", 60_000)
                        .allow(atLeast(0))
                        .high());
        declare(
                "partitions are recovered in parallel anyway",
                integer("num.recovery.threads.per.data.dir", 2)
                        .allow(atLeast(1))
                        .clusterWide()
                        .high());
        declare(
                "coordinators are loaded with buffers of fitting size",
                integer("offsets.load.buffer.size", 5_242_880).allow(atLeast(1)).high(),
                integer("transaction.state.log.load.buffer.size", 5_242_880)
                        .allow(atLeast(1))
                        .high());
        declare(
                "offsets are stored uncompressed",
                integer("offsets.topic.compression.codec", 0).high());
        declare(
                "clients are not authenticated in this version",
                className("principal.builder.class").perBroker());
        declare(
                "requests do not wait in a queue",
                integer("queued.max.requests", 500).allow(atLeast(1)).high());
        declare(
                "a single node asks nobody",
                integer("request.timeout.ms", 30_000).high());
        declare(
                "TLS is not in this version",
                string("security.providers", null).low(),
                bool("ssl.allow.dn.changes", false).low(),
                bool("ssl.allow.san.changes", false).low(),
                list("ssl.cipher.suites").perBroker(),
                string("ssl.client.auth", "none")
                        .allow(oneOf("required", "requested", "none"))
                        .perBroker(),
                list("ssl.enabled.protocols", "TLSv1.2", "TLSv1.3").perBroker(),
                string("ssl.endpoint.identification.algorithm", "https")
                        .perBroker()
                        .low(),
                className("ssl.engine.factory.class").perBroker().low(),
                secret("ssl.key.password").perBroker(),
                string("ssl.keymanager.algorithm", "SunX509").perBroker(),
                secret("ssl.keystore.certificate.chain").perBroker(),
                secret("ssl.keystore.key").perBroker(),
                string("ssl.keystore.location", null).perBroker(),
                secret("ssl.keystore.password").perBroker(),
                string("ssl.keystore.type", "JKS").perBroker(),
                string("ssl.principal.mapping.rules", "DEFAULT").low(),
                string("ssl.protocol", "TLSv1.3").perBroker(),
                string("ssl.provider", null).perBroker(),
                string("ssl.secure.random.implementation", null).perBroker().low(),
                string("ssl.trustmanager.algorithm", "PKIX").perBroker(),
                secret("ssl.truststore.certificates").perBroker(),
                string("ssl.truststore.location", null).perBroker(),
                secret("ssl.truststore.password").perBroker(),
                string("ssl.truststore.type", "JKS").perBroker());
        declare(
                "a single node connects to nobody",
                longInteger("socket.connection.setup.timeout.max.ms", 30_000L),
                longInteger("socket.connection.setup.timeout.ms", 10_000L));
    }

    private SettingsWithoutEffect() {}

    private static void refuseWhereIgnoringWouldHarm() {
        string("authorizer.class.name", "")
                .allow(only("", "access control is not in this version; without it everybody may do everything"))
                .low()
                .doc("The class that decides who may do what.");
        String noPolicies = "policies are not in this version; without them every valid request is accepted";
        className("create.topic.policy.class.name")
                .allow(only("", noPolicies))
                .low()
                .doc("The class that decides which topics may be created.");
        className("alter.config.policy.class.name")
                .allow(only("", noPolicies))
                .low()
                .doc("The class that decides which settings may be changed.");
        className("client.quota.callback.class")
                .allow(only("", "quotas are not in this version"))
                .low()
                .doc("The class that decides which quota applies to whom.");
        list("config.providers")
                .allow(new Rule<>("only empty: values cannot be taken from elsewhere in this version", List::isEmpty))
                .low()
                .clusterWide()
                .doc("Where values of the form ${provider:path:key} are taken from.");
        bool("remote.log.storage.system.enable", false)
                .allow(only(false, BrokerSettings.NO_TIERED_STORAGE))
                .doc("Whether topics can use tiered storage.");
    }

    private static void declare(String reason, Declaration<?>... declarations) {
        for (Declaration<?> declaration : declarations) {
            declaration.withoutEffect(reason).doc("");
        }
    }

    private static Declaration<Boolean> bool(String name, boolean defaultValue) {
        return DECLARED.bool(name, defaultValue);
    }

    private static Declaration<String> string(String name, @Nullable String defaultValue) {
        return DECLARED.string(name, defaultValue);
    }

    private static Declaration<Integer> integer(String name, @Nullable Integer defaultValue) {
        return DECLARED.integer(name, defaultValue);
    }

    private static Declaration<Integer> shortInteger(String name, int defaultValue) {
        return DECLARED.shortInteger(name, defaultValue);
    }

    private static Declaration<Long> longInteger(String name, long defaultValue) {
        return DECLARED.longInteger(name, defaultValue);
    }

    private static Declaration<Double> decimal(String name, double defaultValue) {
        return DECLARED.decimal(name, defaultValue);
    }

    private static Declaration<List<String>> list(String name, String... defaultValues) {
        return DECLARED.list(name, defaultValues);
    }

    private static Declaration<List<String>> listOrUnset(String name) {
        return DECLARED.listOrUnset(name);
    }

    /** Kafka's default classes are left out: nobody can set them to something that works here. */
    private static Declaration<String> className(String name) {
        return DECLARED.className(name, null);
    }

    private static Declaration<String> secret(String name) {
        return DECLARED.secret(name);
    }
}
