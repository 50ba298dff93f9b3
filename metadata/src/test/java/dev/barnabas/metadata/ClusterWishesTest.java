package dev.barnabas.metadata;

import static dev.barnabas.protocol.ErrorCode.BROKER_ID_NOT_REGISTERED;
import static dev.barnabas.protocol.ErrorCode.INVALID_REQUEST;
import static dev.barnabas.protocol.ErrorCode.INVALID_UPDATE_VERSION;
import static dev.barnabas.protocol.ErrorCode.STALE_BROKER_EPOCH;
import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.metadata.AllocateProducerIds.Block;
import dev.barnabas.metadata.UpdateFeatures.Direction;
import dev.barnabas.metadata.UpdateFeatures.FeatureUpdate;
import dev.barnabas.protocol.Uuid;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Brokers, producer ids, features. */
final class ClusterWishesTest {

    private static final String METADATA = Feature.METADATA.label();

    private static UpdateFeatures update(String feature, int level, Direction direction) {
        return new UpdateFeatures(List.of(new FeatureUpdate(feature, (short) level, direction)), false);
    }

    @Test
    void aClusterHasAnIdOf22CharactersAndStartsOnce() {
        Given given = Given.brokers(0);

        assertThat(given.image().clusterId()).hasSize(22).doesNotStartWith("-");
        assertThat(given.error(new StartCluster())).isEqualTo(INVALID_REQUEST);
        assertThat(given.image().finalizedFeatures())
                .containsOnly(
                        Map.entry(METADATA, (short) 1),
                        Map.entry("group.version", (short) 1),
                        Map.entry("share.version", (short) 2),
                        Map.entry("streams.version", (short) 1),
                        Map.entry("transaction.version", (short) 2));
        assertThat(given.image().featuresEpoch()).isZero();
    }

    @Test
    void everyRegistrationHasItsOwnEpoch() {
        Given given = Given.brokers(1);
        long first = given.image().broker(1).orElseThrow().epoch();
        List<Broker.Endpoint> endpoints = List.of(new Broker.Endpoint("PLAINTEXT", "h", 9092, (short) 0));

        given.fence(1);
        RegisterBroker wish =
                new RegisterBroker(1, new Uuid(9, 9), first, endpoints, "rack", List.of(), Feature.supported());

        Broker again = given.grant(wish);

        assertThat(again.epoch()).isGreaterThan(first);
        assertThat(given.image().broker(1)).contains(again);
        assertThat(again.endpoint("PLAINTEXT")).contains(endpoints.getFirst());
        assertThat(again.endpoint("OTHER")).isEmpty();
        assertThat(given.changesNothing(wish)).isTrue();
    }

    @Test
    void producerIdsAreGivenOutOnce() {
        Given given = Given.brokers(2);
        long epoch = given.image().broker(1).orElseThrow().epoch();

        assertThat(given.grant(new AllocateProducerIds(1, epoch))).isEqualTo(new Block(0, 1000));
        assertThat(given.grant(new AllocateProducerIds(1, epoch))).isEqualTo(new Block(1000, 1000));
        assertThat(given.image().nextProducerId()).isEqualTo(2000);
        assertThat(given.error(new AllocateProducerIds(1, epoch - 1))).isEqualTo(STALE_BROKER_EPOCH);
        assertThat(given.error(new AllocateProducerIds(7, epoch))).isEqualTo(BROKER_ID_NOT_REGISTERED);
    }

    @ParameterizedTest
    @CsvSource({
        "metadata.version, 1, UPGRADE",
        "barnabas.metadata.version, 2, UPGRADE",
        "barnabas.metadata.version, 0, UPGRADE",
        "barnabas.metadata.version, 0, UNSAFE_DOWNGRADE",
        "barnabas.metadata.version, -1, SAFE_DOWNGRADE",
    })
    void onlyLevelsThatWorkCanBeFinalised(String feature, int level, Direction direction) {
        assertThat(Given.brokers(1).error(update(feature, level, direction))).isEqualTo(INVALID_UPDATE_VERSION);
    }

    @Test
    void theLevelThatAFeatureHasCanBeFinalisedAgain() {
        assertThat(Given.brokers(1).changesNothing(update(METADATA, 1, Direction.UPGRADE)))
                .isTrue();
        FeatureUpdate same = new FeatureUpdate(METADATA, (short) 1, Direction.UPGRADE);
        assertThat(Given.brokers(1).error(new UpdateFeatures(List.of(same, same), false)))
                .isEqualTo(INVALID_REQUEST);
    }

    @Test
    void directionsHaveTheNumbersOfTheProtocol() {
        assertThat(Direction.forCode((byte) 0)).isEmpty();
        assertThat(Direction.forCode((byte) 1)).contains(Direction.UPGRADE);
        assertThat(Direction.forCode((byte) 2)).contains(Direction.SAFE_DOWNGRADE);
        assertThat(Direction.forCode((byte) 3)).contains(Direction.UNSAFE_DOWNGRADE);
        assertThat(Direction.forCode((byte) 4)).isEmpty();
    }

    @Test
    void resourceTypesHaveTheNumbersOfTheProtocol() {
        assertThat(Resource.Type.forCode((byte) 2)).contains(Resource.Type.TOPIC);
        assertThat(Resource.Type.forCode((byte) 4)).contains(Resource.Type.BROKER);
        assertThat(Resource.Type.forCode((byte) 8)).isEmpty();
        assertThat(Resource.Type.forCode((byte) 16)).contains(Resource.Type.CLIENT_METRICS);
        assertThat(Resource.Type.forCode((byte) 32)).contains(Resource.Type.GROUP);
    }
}
