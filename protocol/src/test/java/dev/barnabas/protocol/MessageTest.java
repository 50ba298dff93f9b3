package dev.barnabas.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.protocol.message.CreateTopicsRequest;
import dev.barnabas.protocol.message.JoinGroupResponse;
import dev.barnabas.protocol.message.SyncGroupResponse;
import dev.barnabas.protocol.state.GroupMetadataKey;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What holds for every generated message, shown on a few. */
final class MessageTest {
    @Test
    void listsAreCopiedAndCannotBeChanged() {
        List<CreateTopicsRequest.CreatableTopic> topics = new ArrayList<>();
        CreateTopicsRequest request =
                CreateTopicsRequest.builder().topics(topics).build();

        topics.add(CreateTopicsRequest.CreatableTopic.builder().name("t").build());

        assertThat(request.topics()).isEmpty();
        assertThatThrownBy(() -> request.topics().add(topics.getFirst()))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void bytesCanBeReadAnyNumberOfTimesButNotChanged() {
        SyncGroupResponse response = SyncGroupResponse.builder()
                .assignment(ByteBuffer.wrap(new byte[] {1, 2, 3}))
                .build();

        assertThat(response.assignment().get()).isEqualTo((byte) 1);
        assertThat(response.assignment().get()).isEqualTo((byte) 1);
        assertThat(response.assignment().remaining()).isEqualTo(3);
        assertThatThrownBy(() -> response.assignment().put((byte) 0)).isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void whatMustNotBeNullIsRefusedAtOnce() {
        assertThatThrownBy(() -> Reflection.createRecord(GroupMetadataKey.class, new @Nullable Object[] {null}))
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void nullIsRefusedInVersionsThatCannotExpressIt() {
        JoinGroupResponse response =
                JoinGroupResponse.builder().protocolName(null).build();

        assertThat(Encoded.message(response, 7).size()).isPositive();
        assertThatThrownBy(() -> Encoded.message(response, 6))
                .isInstanceOf(UnsupportedFieldException.class)
                .hasMessage("JoinGroupResponse.protocolName must not be null in version 6");
    }

    @Test
    void recordsOfAStateLogTellTheirType() {
        assertThat(GroupMetadataKey.RECORD_TYPE).isEqualTo((short) 2);
    }
}
