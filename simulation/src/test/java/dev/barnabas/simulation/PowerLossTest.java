package dev.barnabas.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a loss of power does to a disk: everything that the contract allows, for some seed, and nothing else. */
final class PowerLossTest {
    private static final int SEEDS = 400;

    @Test
    void whatWasSyncedSurvivesAndWhatWasNotHasEveryFateThereIs() throws IOException {
        Set<String> fates = new LinkedHashSet<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = new World(seed);
            DiskFile file = Files.write(world.disk, "topic-0/log", "a".repeat(700));
            world.sync(file);
            file.append(Files.bytes("b".repeat(9_000)));
            file.append(Files.bytes("c".repeat(9_000)));

            world.host.powerLoss();

            String left = Files.read(world.host, "topic-0/log");
            assertThat(left).as("seed %s", seed).startsWith("a".repeat(700));
            fates.add(fate(left));
        }
        assertThat(fates)
                .containsExactlyInAnyOrder("lost", "whole", "cut", "holes", "later without earlier", "garbage");
    }

    private static String fate(String left) {
        String rest = left.substring(700);
        if (rest.isEmpty()) {
            return "lost";
        }
        if (rest.chars().anyMatch(c -> c != 'b' && c != 'c' && c != 0)) {
            return "garbage";
        }
        if (rest.indexOf('b') < 0 && rest.indexOf('c') >= 0) {
            return "later without earlier";
        }
        if (rest.indexOf(0) >= 0) {
            return "holes";
        }
        return rest.length() == 18_000 ? "whole" : "cut";
    }

    @Test
    void aFileThatWasNeverSyncedMayBeGone() throws IOException {
        assertThat(outcomes(world -> Files.write(world.disk, "topic-0/log", "abc"), "topic-0/log"))
                .contains("absent", "", "abc");
    }

    @Test
    void aSyncKeepsTheExistenceOfAFileInFoldersThatWereNeverSynced() throws IOException {
        assertThat(outcomes(world -> world.sync(Files.write(world.disk, "a/b/c", "abc")), "a/b/c"))
                .containsExactly("abc");
    }

    @Test
    void aCutThatWasNotSyncedMayBeUndoneAndMixWithWhatWasWrittenAfterIt() throws IOException {
        Set<String> left = outcomes(
                world -> {
                    DiskFile file = Files.write(world.disk, "log", "a".repeat(2_000));
                    world.sync(file);
                    file.truncate(10);
                    file.append(Files.bytes("b".repeat(1_500)));
                },
                "log");

        assertThat(left).allMatch(text -> text.startsWith("a".repeat(10)));
        assertThat(left).contains("a".repeat(2_000), "a".repeat(10) + "b".repeat(1_500));
        assertThat(left).anyMatch(text -> text.matches("a{10}b+") && text.length() < 1_510);
        assertThat(left).anyMatch(text -> text.matches("a+b+a+"));
    }

    @Test
    void aCutThatWasSyncedStays() throws IOException {
        assertThat(outcomes(
                        world -> {
                            DiskFile file = Files.write(world.disk, "log", "abcdef");
                            world.sync(file);
                            file.truncate(2);
                            world.sync(file);
                        },
                        "log"))
                .containsExactly("ab");
    }

    @Test
    void whatIsCutWhileItIsSyncedMayComeBack() throws IOException {
        Set<String> left = outcomes(
                world -> {
                    DiskFile file = Files.write(world.disk, "log", "abcdef");
                    world.disk.sync(List.of(file), world.host.loops().getFirst(), fault -> file.close());
                    file.truncate(2);
                    world.simulation.runUntilIdle(World.LIMIT);
                },
                "log");

        assertThat(left).contains("ab", "abcdef");
    }

    @Test
    void aRenameAndADeletionMayHaveHappenedOrNot() throws IOException {
        Set<String> names = new LinkedHashSet<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = new World(seed);
            for (String name : List.of("moved", "replaced", "deleted")) {
                world.sync(Files.write(world.disk, name, name));
            }
            world.disk.rename("moved", "replaced");
            world.disk.delete("deleted");

            world.host.powerLoss();

            TreeMap<String, String> left = new TreeMap<>();
            for (String name : world.host.drive("data").files().keySet()) {
                left.put(name, Files.read(world.host, name));
            }
            names.add(left.toString());
        }
        assertThat(names)
                .containsExactlyInAnyOrder(
                        "{deleted=deleted, moved=moved, replaced=replaced}",
                        "{moved=moved, replaced=replaced}",
                        "{deleted=deleted, replaced=moved}",
                        "{replaced=moved}");
    }

    @Test
    void aSyncedFolderKeepsItsChanges() throws IOException {
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = new World(seed);
            world.sync(Files.write(world.disk, "f/moved", "moved"), Files.write(world.disk, "f/deleted", ""));
            world.disk.rename("f/moved", "f/new");
            world.disk.delete("f/deleted");
            world.disk.open("f/empty");
            Files.syncDirectory(world.simulation, world.host, world.disk, "f");

            world.host.powerLoss();

            assertThat(world.host.drive("data").files()).containsOnlyKeys("f/new", "f/empty");
        }
    }

    @Test
    void aRenameMaySurviveWithoutTheContentOfItsFile() throws IOException {
        Set<String> left = outcomes(
                world -> {
                    world.sync(Files.write(world.disk, "checkpoint", "old"));
                    Files.write(world.disk, "checkpoint.tmp", "new");
                    world.disk.rename("checkpoint.tmp", "checkpoint");
                },
                "checkpoint");

        assertThat(left).contains("old", "new", "");
    }

    @Test
    void changesThatBuildUponEachOtherSurviveInTheirOrder() throws IOException {
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = new World(seed);
            world.sync(Files.write(world.disk, "a", "1"), Files.write(world.disk, "b", "2"));
            Files.syncDirectory(world.simulation, world.host, world.disk, "");
            world.disk.rename("a", "c");
            world.disk.rename("b", "a");

            world.host.powerLoss();

            // Never the second without the first: that would lose "1", which nobody deleted.
            assertThat(world.host.drive("data").files().keySet())
                    .isIn(List.of(Set.of("a", "b"), Set.of("b", "c"), Set.of("a", "c")));
        }
    }

    @Test
    void aFolderThatIsDeletedMayBeLeftHalfEmpty() throws IOException {
        Set<Integer> left = new LinkedHashSet<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = new World(seed);
            world.sync(Files.write(world.disk, "f/1", ""), Files.write(world.disk, "f/2", ""));
            world.disk.delete("f");

            world.host.powerLoss();

            left.add(world.host.drive("data").files().size());
        }
        assertThat(left).containsExactlyInAnyOrder(0, 1, 2);
    }

    @Test
    void aSyncUnderWayMayOrMayNotHaveHappened() throws IOException {
        assertThat(outcomes(
                        world -> {
                            DiskFile file = Files.write(world.disk, "log", "abc");
                            world.disk.sync(List.of(file), world.host.loops().getFirst(), fault -> file.close());
                        },
                        "log"))
                .contains("absent", "abc");
    }

    @Test
    void aCrashOfTheProcessLosesNothingButDoesNotMakeItStableEither() throws IOException {
        Set<String> left = new LinkedHashSet<>();
        for (long seed = 1; seed <= 100; seed++) {
            World world = new World(seed);
            Files.write(world.disk, "topic-0/log", "abc");

            world.host.crash();
            world.host.restart();
            Disk again = world.host.disk("data");
            assertThat(again.open("topic-0/log").size()).isEqualTo(3);
            world.host.powerLoss();

            left.add(world.read("topic-0/log"));
        }
        assertThat(left).contains("absent", "abc");
    }

    @Test
    void whatWasThereAfterALossOfPowerSurvivesTheNext() throws IOException {
        for (long seed = 1; seed <= 100; seed++) {
            World world = new World(seed);
            Files.write(world.disk, "topic-0/log", "a".repeat(5_000));
            world.host.powerLoss();
            String once = world.read("topic-0/log");
            world.host.restart();
            world.host.powerLoss();
            assertThat(world.read("topic-0/log")).isEqualTo(once);
        }
    }

    private interface Preparation {
        void prepare(World world) throws IOException;
    }

    /** What is left of a file for some seed, after a preparation and a loss of power. */
    private static Set<String> outcomes(Preparation preparation, String path) throws IOException {
        Set<String> left = new LinkedHashSet<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = new World(seed);
            preparation.prepare(world);
            world.host.powerLoss();
            left.add(world.read(path));
        }
        return left;
    }

    private static final class World {
        static final Duration LIMIT = Duration.ofMinutes(1);

        final Simulation simulation;
        final SimulatedHost host;
        final Disk disk;

        World(long seed) throws IOException {
            simulation = new Simulation(seed);
            host = simulation.addHost("n1", 1);
            disk = host.disk("data");
        }

        void sync(DiskFile... files) {
            assertThat(Files.sync(simulation, host, disk, List.of(files))).isNull();
        }

        String read(String path) throws IOException {
            return host.drive("data").files().containsKey(path) ? Files.read(host, path) : "absent";
        }
    }
}
