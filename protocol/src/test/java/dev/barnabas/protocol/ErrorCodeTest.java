package dev.barnabas.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

final class ErrorCodeTest {
    @Test
    void thereAreTheErrorsOfKafka() {
        assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::name))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Errors.values()).map(Errors::name).toList());
    }

    @Test
    void eachHasCodeAndRetriabilityOfKafka() {
        for (Errors official : Errors.values()) {
            ErrorCode error = ErrorCode.valueOf(official.name());
            assertThat(error.code()).as(error.name()).isEqualTo(official.code());
            assertThat(error.retriable())
                    .as(error.name())
                    .isEqualTo(official.exception() instanceof RetriableException);
        }
    }

    @Test
    void eachIsFoundByItsCode() {
        for (ErrorCode error : ErrorCode.values()) {
            assertThat(ErrorCode.forCode(error.code())).isEqualTo(error);
        }
    }

    @Test
    void aCodeOfTheFutureIsAnUnknownError() {
        assertThat(ErrorCode.forCode(9_999)).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
        assertThat(ErrorCode.forCode(-2)).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
    }

    @Test
    void eachExplainsItselfInASentence() {
        for (ErrorCode error : ErrorCode.values()) {
            assertThat(error.message()).as(error.name()).matches("[A-Za-z].*\\.");
        }
    }
}
