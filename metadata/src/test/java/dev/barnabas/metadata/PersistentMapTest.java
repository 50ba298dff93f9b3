package dev.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.simulation.Dice;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PersistentMapTest {

    /** A key whose hash tells little. */
    private record Key(int number) {
        @Override
        public int hashCode() {
            return (number % 5) * 0x01000000;
        }
    }

    @Test
    void behavesLikeAHashMapUnderRandomChanges() {
        for (long seed = 1; seed <= 20; seed++) {
            Dice dice = new Dice(seed);
            Map<Integer, Integer> model = new HashMap<>();
            PersistentMap<Integer, Integer> map = PersistentMap.empty();
            for (int step = 0; step < 2000; step++) {
                int key = dice.nextInt(300) * 1_000_003;
                if (dice.chance(0.4)) {
                    model.remove(key);
                    map = map.without(key);
                } else {
                    model.put(key, step);
                    map = map.with(key, step);
                }
                assertThat(map.size()).as("seed %s", seed).isEqualTo(model.size());
                assertThat(map.get(key)).isEqualTo(model.get(key));
            }
            assertThat(map.keys()).containsExactlyInAnyOrderElementsOf(model.keySet());
            assertThat(map.values()).containsExactlyInAnyOrderElementsOf(model.values());
        }
    }

    @Test
    void keysOfTheSameHashAreToldApart() {
        PersistentMap<Key, String> map = PersistentMap.empty();
        for (int number = 0; number < 50; number++) {
            map = map.with(new Key(number), "value " + number);
        }

        PersistentMap<Key, String> without = map.without(new Key(10)).without(new Key(10));

        assertThat(map.size()).isEqualTo(50);
        assertThat(map.get(new Key(49))).isEqualTo("value 49");
        assertThat(map.get(new Key(50))).isNull();
        assertThat(without.size()).isEqualTo(49);
        assertThat(without.get(new Key(10))).isNull();
        assertThat(without.get(new Key(15))).isEqualTo("value 15");
    }

    @Test
    void aChangedCopyLeavesTheOriginalAsItWas() {
        PersistentMap<String, Integer> one =
                PersistentMap.<String, Integer>empty().with("a", 1);

        PersistentMap<String, Integer> two = one.with("a", 2).with("b", 3);

        assertThat(one.get("a")).isEqualTo(1);
        assertThat(one.get("b")).isNull();
        assertThat(two.get("a")).isEqualTo(2);
        assertThat(two.without("a").without("b")).isEqualTo(PersistentMap.empty());
    }

    @Test
    void equalContentIsEqualHoweverItCameAbout() {
        PersistentMap<Key, Integer> forward = PersistentMap.empty();
        PersistentMap<Key, Integer> backward = PersistentMap.empty();
        for (int number = 0; number < 40; number++) {
            forward = forward.with(new Key(number), number);
            backward = backward.with(new Key(39 - number), 39 - number);
        }

        assertThat(forward).isEqualTo(backward).hasSameHashCodeAs(backward);
        assertThat(forward.without(new Key(3))).isNotEqualTo(backward);
        assertThat(forward.with(new Key(3), 0)).isNotEqualTo(backward);
    }
}
