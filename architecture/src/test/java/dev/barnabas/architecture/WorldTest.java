package dev.barnabas.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The core meets the world through the ports of {@code dev.barnabas.host} only, so that the simulator can take the
 * world's place. {@code host.live} is where the ports are made of clocks, threads, files and sockets;
 * {@code metadata-ratis} stands on a library that has threads, files and sockets of its own; {@code cli},
 * {@code server} and {@code gateway} are processes, {@code protocol-generator} runs in the build.
 */
final class WorldTest {

    private static final String[] EDGES = {
        "dev.barnabas.host.live..",
        "dev.barnabas.cli..",
        "dev.barnabas.server..",
        "dev.barnabas.gateway..",
        "dev.barnabas.metadata.ratis..",
        "dev.barnabas.protocol.generator.."
    };

    /** A command of its own that runs simulations on all cores for a given time; no simulation sees it. */
    private static final String MARATHON = "dev.barnabas.simulation.Marathon";

    /** May go on with new seeds for a given time; no simulation sees it. */
    private static final String SEEDS = "dev.barnabas.simulation.Seeds";

    /** What a thread outside of the loops waits with for a loop; the one place where both meet. */
    private static final String BLOCKING = "dev.barnabas.client.Blocking";

    private static final Set<String> THREADS_AND_SCHEDULES = Set.of(
            "java.util.concurrent.Executor",
            "java.util.concurrent.ExecutorService",
            "java.util.concurrent.Executors",
            "java.util.concurrent.ScheduledExecutorService",
            "java.util.concurrent.ThreadPoolExecutor",
            "java.util.concurrent.ForkJoinPool",
            "java.util.concurrent.StructuredTaskScope",
            "java.util.Timer");

    private static final Set<String> OF_A_THREAD = Set.of(
            "<init>", "start", "ofPlatform", "ofVirtual", "startVirtualThread", "sleep", "join", "yield", "onSpinWait");

    private static final Set<String> FUTURES = Set.of(
            "java.util.concurrent.Future",
            "java.util.concurrent.FutureTask",
            "java.util.concurrent.CompletableFuture",
            "java.util.concurrent.CompletionStage");

    /** What of {@code java.io} and {@code java.net} reaches out; streams over memory and exceptions do not. */
    private static final List<String> FILES_AND_SOCKETS = List.of(
            "java.io.File",
            "java.io.FileDescriptor",
            "java.io.FileInputStream",
            "java.io.FileOutputStream",
            "java.io.FileReader",
            "java.io.FileWriter",
            "java.io.RandomAccessFile",
            "java.net.DatagramSocket",
            "java.net.HttpURLConnection",
            "java.net.InetAddress",
            "java.net.InetSocketAddress",
            "java.net.NetworkInterface",
            "java.net.ServerSocket",
            "java.net.Socket",
            "java.net.URL",
            "java.net.URLConnection");

    private static final Set<String> RANDOM = Set.of(
            "java.util.Random",
            "java.util.SplittableRandom",
            "java.util.concurrent.ThreadLocalRandom",
            "java.security.SecureRandom");

    @Test
    void timeComesFromTheClockOfTheHost() {
        noClassesOfTheCoreBut(MARATHON, SEEDS)
                .should()
                .accessTargetWhere(calls("read a clock", WorldTest::readsAClock))
                .check(Barnabas.CLASSES);
    }

    @Test
    void workRunsOnTheLoopsOfTheHost() {
        noClassesOfTheCoreBut(MARATHON)
                .should()
                .dependOnClassesThat(areNamed(THREADS_AND_SCHEDULES))
                .check(Barnabas.CLASSES);
        noClassesOfTheCoreBut(MARATHON)
                .should()
                .accessTargetWhere(calls("start or hold up a thread", WorldTest::startsOrHoldsUpAThread))
                .check(Barnabas.CLASSES);
    }

    @Test
    void thereAreNoFuturesBecauseTheySwallowWhatCallbacksThrow() {
        noClassesOfTheCoreBut(BLOCKING)
                .should()
                .dependOnClassesThat(areNamed(FUTURES))
                .check(Barnabas.CLASSES);
    }

    @Test
    void filesAndSocketsAreReachedThroughDiskAndNetwork() {
        noClassesOfTheCoreBut()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.nio.channels..", "java.net.http..", "javax.net..")
                .check(Barnabas.CLASSES);
        noClassesOfTheCoreBut()
                .should()
                .dependOnClassesThat(areNamed(Set.copyOf(FILES_AND_SOCKETS)))
                .check(Barnabas.CLASSES);
    }

    @Test
    void randomnessComesFromTheEntropyOfTheHost() {
        noClassesOfTheCoreBut().should().dependOnClassesThat(areNamed(RANDOM)).check(Barnabas.CLASSES);
        noClassesOfTheCoreBut()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.random..")
                .check(Barnabas.CLASSES);
        noClassesOfTheCoreBut()
                .should()
                .accessTargetWhere(calls("draw a random value", WorldTest::drawsARandomValue))
                .check(Barnabas.CLASSES);
    }

    private static GivenClassesConjunction noClassesOfTheCoreBut(String... exceptions) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(EDGES)
                .and(describe(
                        "are not one of " + List.of(exceptions),
                        type -> Stream.of(exceptions)
                                .noneMatch(name -> type.getName().equals(name)
                                        || type.getName().startsWith(name + "$"))));
    }

    private static boolean readsAClock(AccessTarget target) {
        String owner = target.getOwner().getName();
        String name = target.getName();
        return (owner.equals("java.lang.System") && (name.equals("currentTimeMillis") || name.equals("nanoTime")))
                || (owner.startsWith("java.time.") && name.equals("now"))
                || (owner.equals("java.time.Clock") && (name.startsWith("system") || name.startsWith("tick")))
                || (owner.equals("java.util.Date") && name.equals("<init>"))
                || (owner.equals("java.util.Calendar") && name.equals("getInstance"));
    }

    private static boolean startsOrHoldsUpAThread(AccessTarget target) {
        String owner = target.getOwner().getName();
        String name = target.getName();
        return (target.getOwner().isAssignableTo(Thread.class) && OF_A_THREAD.contains(name))
                || owner.equals("java.util.concurrent.locks.LockSupport")
                || (owner.equals("java.util.Collection") && name.equals("parallelStream"))
                || (owner.startsWith("java.util.stream.") && name.equals("parallel"));
    }

    private static boolean drawsARandomValue(AccessTarget target) {
        String owner = target.getOwner().getName();
        String name = target.getName();
        return (owner.equals("java.lang.Math") && name.equals("random"))
                || (owner.equals("java.util.UUID") && name.equals("randomUUID"))
                || (owner.equals("java.util.Collections") && name.equals("shuffle"));
    }

    private static DescribedPredicate<JavaAccess<?>> calls(String what, Predicate<AccessTarget> target) {
        return describe(what, access -> target.test(access.getTarget()));
    }

    private static DescribedPredicate<JavaClass> areNamed(Set<String> names) {
        return describe(
                "are one of " + names,
                type -> names.contains(type.getBaseComponentType().getName()));
    }
}
