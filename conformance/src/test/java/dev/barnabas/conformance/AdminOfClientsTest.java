package dev.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.server.RunningNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.UnsupportedByAuthenticationException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the official Admin says of clients: their quotas, their credentials, and what they are asked to tell. */
final class AdminOfClientsTest {

    private static final ClientQuotaEntity ALICE = new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, "alice"));

    @TempDir
    private Path data;

    private RunningNode node;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        node = RunningNode.start(data);
        admin = Admin.create(Map.of("bootstrap.servers", node.address(), "enable.metrics.push", true));
    }

    @AfterEach
    void stop() {
        admin.close();
        node.close();
    }

    @Test
    void quotasAreStoredDescribedAndTakenAway() throws Exception {
        alter(new ClientQuotaAlteration.Op("producer_byte_rate", 1_000.0)).get();

        assertThat(admin.describeClientQuotas(ClientQuotaFilter.containsOnly(
                                List.of(ClientQuotaFilterComponent.ofEntity(ClientQuotaEntity.USER, "alice"))))
                        .entities()
                        .get())
                .isEqualTo(Map.of(ALICE, Map.of("producer_byte_rate", 1_000.0)));

        alter(new ClientQuotaAlteration.Op("producer_byte_rate", null)).get();

        assertThat(admin.describeClientQuotas(ClientQuotaFilter.all())
                        .entities()
                        .get())
                .isEmpty();
        assertThatThrownBy(() ->
                        alter(new ClientQuotaAlteration.Op("no_such_rate", 1.0)).get())
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InvalidRequestException.class);
    }

    private KafkaFuture<Void> alter(ClientQuotaAlteration.Op change) {
        return admin.alterClientQuotas(List.of(new ClientQuotaAlteration(ALICE, List.of(change))))
                .all();
    }

    @Test
    void credentialsAreNotTakenWhereTheyWouldProtectNothing() throws Exception {
        assertThat(admin.describeUserScramCredentials().all().get()).isEmpty();
        assertThatThrownBy(() -> admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                                "alice", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4_096), "secret")))
                        .all()
                        .get())
                .hasCauseInstanceOf(SecurityDisabledException.class);
        assertThatThrownBy(() -> admin.createDelegationToken().delegationToken().get())
                .hasCauseInstanceOf(UnsupportedByAuthenticationException.class);
    }

    @Test
    void aClientIsGivenTheIdUnderWhichItTellsOfItself() {
        assertThat(admin.clientInstanceId(Duration.ofSeconds(10))).isNotNull();
    }
}
