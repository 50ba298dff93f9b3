package dev.barnabas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.client.TopicPartition;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReassignmentPlanTest {

    @Test
    void aPlanThatKafkasToolHasWrittenIsRead() {
        ReassignmentPlan plan = ReassignmentPlan.parse("""
            {"version":1,"partitions":[
              {"topic":"logs","partition":0,"replicas":[1,2,3],"log_dirs":["any","any","any"]},
              {"topic":"logs","partition":1,"replicas":[2]}]}
            """);

        assertThat(plan.replicas())
                .isEqualTo(Map.of(
                        new TopicPartition("logs", 0), List.of(1, 2, 3), new TopicPartition("logs", 1), List.of(2)));
    }

    @Test
    void whatIsWrittenCanBeReadAgain() {
        ReassignmentPlan plan = new ReassignmentPlan(Map.of(new TopicPartition("a-b", 7), List.of(3, 1)));

        assertThat(ReassignmentPlan.parse(Json.text(plan.document()))).isEqualTo(plan);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nonsense | not valid JSON",
                "[] | expected an object",
                "{} | no \"partitions\"",
                "{\"version\":2} | version 2 is not known",
                "{\"partitions\":[{\"topic\":\"t\",\"partition\":0}]} | needs \"topic\"",
                "{\"partitions\":[{\"topic\":\"t\",\"partition\":\"0\"}]} | the number of a partition",
                "{\"partitions\":[{\"topic\":\"t\",\"partition\":0,\"replicas\":[1],\"log_dirs\":[\"/d\"]}]} | only"
                        + " \"any\"",
                "{\"partitions\":[{\"topic\":\"t\",\"partition\":0,\"replicas\":[1]},"
                        + "{\"topic\":\"t\",\"partition\":0,\"replicas\":[2]}]} | stands there twice"
            })
    void whatIsNoPlanIsRefusedWithTheReason(String text, String why) {
        assertThatThrownBy(() -> ReassignmentPlan.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}
