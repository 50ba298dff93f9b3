package dev.barnabas.server;

import ch.qos.logback.classic.LoggerContext;
import dev.barnabas.broker.Broker;
import dev.barnabas.broker.LogLevels;
import dev.barnabas.broker.MetadataLogs;
import dev.barnabas.gateway.Gateway;
import dev.barnabas.host.live.LiveHost;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.settings.ControllerQuorum;
import dev.barnabas.settings.Listeners;
import dev.barnabas.settings.Problem;
import dev.barnabas.settings.Reading;
import dev.barnabas.settings.Settings;
import dev.barnabas.settings.SettingsReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one node in this process until it is told to stop. */
public final class Server {

    /** The settings are wrong (as in sysexits.h). */
    public static final int EXIT_CONFIG = 78;

    /** The node could not be started, or failed. */
    public static final int EXIT_FAILED = 1;

    private static final int STOP_SECONDS = 30;
    private static final Logger log = LoggerFactory.getLogger(Server.class);

    private final PrintStream out;
    private final PrintStream err;

    public Server(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /**
     * Runs the node; returns when it has stopped.
     *
     * @param files settings files, the later over the earlier
     * @param assignments {@code name=value}, over the files
     * @return the exit code of the process
     */
    public int run(List<Path> files, List<String> assignments) {
        SettingsReader reader = new SettingsReader();
        for (Path file : files) {
            try {
                reader.file(file.toString(), Files.readString(file));
            } catch (NoSuchFileException e) {
                err.println("barnabas: there is no settings file " + file);
                return EXIT_CONFIG;
            } catch (CharacterCodingException e) {
                err.println("barnabas: the settings file " + file + " is not a text in UTF-8");
                return EXIT_CONFIG;
            } catch (IOException e) {
                err.println("barnabas: cannot read the settings file " + file + ": " + e.getMessage());
                return EXIT_CONFIG;
            }
        }
        assignments.forEach(reader::set);
        return switch (atHome(reader)) {
            case Reading.Refused(List<Problem> problems) -> {
                problems.forEach(problem -> err.println("barnabas: " + problem));
                yield EXIT_CONFIG;
            }
            case Reading.Accepted(Settings settings, List<String> warnings) -> {
                warn(warnings);
                yield serve(settings);
            }
        };
    }

    /**
     * Reads the settings. A directory that nobody has chosen is beside the launcher (which says where that is), so that
     * a node that is started from elsewhere finds its data again.
     */
    private static Reading atHome(SettingsReader reader) {
        Reading reading = reader.read();
        String home = System.getProperty("barnabas.home", "");
        // The setting is a list: a comma would make it two.
        if (home.isEmpty()
                || home.contains(",")
                || !(reading instanceof Reading.Accepted(Settings settings, var _))
                || settings.isSet(BrokerSettings.LOG_DIR)
                || settings.isSet(BrokerSettings.LOG_DIRS)) {
            return reading;
        }
        Path data = Path.of(home).resolve(settings.get(BrokerSettings.LOG_DIR).getFirst());
        return reader.set(BrokerSettings.LOG_DIR.name() + "=" + data).read();
    }

    private void warn(List<String> warnings) {
        if (!warnings.isEmpty()) {
            err.println("barnabas: warning: not everything that is set applies here:");
            warnings.forEach(warning -> err.println("  " + warning));
        }
    }

    private int serve(Settings settings) {
        int loops = settings.get(BrokerSettings.LOOPS);
        LiveHost.Builder builder = LiveHost.builder();
        if (loops > 0) {
            builder.loops(loops);
        }
        long requestBytes = settings.get(BrokerSettings.QUEUED_MAX_REQUEST_BYTES);
        if (requestBytes > 0) {
            builder.frameBytes(requestBytes);
        }
        try (LiveHost host = builder.build()) {
            CountDownLatch stopped = new CountDownLatch(1);
            AtomicReference<@Nullable String> halted = new AtomicReference<>();
            Broker broker = start(host, settings, why -> {
                halted.set(why);
                stopped.countDown();
            });
            Optional<Gateway> gateway;
            try {
                gateway = startGateway(broker, settings);
            } catch (StartException e) {
                stop(broker, Optional.empty(), stopped);
                throw e;
            }
            Thread hook = new Thread(() -> stop(broker, gateway, stopped), "stop");
            Runtime.getRuntime().addShutdownHook(hook);
            greet(broker, gateway);
            stopped.await();
            String why = halted.get();
            if (why == null) {
                return 0;
            }
            err.println("barnabas: the node stops: " + why);
            // What other directories hold is closed in order. The hook has nothing left to do.
            Runtime.getRuntime().removeShutdownHook(hook);
            stop(broker, gateway, stopped);
            return EXIT_FAILED;
        } catch (StartException e) {
            err.println("barnabas: " + e.getMessage());
            return EXIT_FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return EXIT_FAILED;
        }
    }

    private static Broker start(LiveHost host, Settings settings, Consumer<String> halted)
            throws StartException, InterruptedException {
        CompletableFuture<Broker> starting = new CompletableFuture<>();
        Broker.start(host, settings, logLevels(), metadataLogs(settings), new Broker.Starting() {
            @Override
            public void started(Broker broker) {
                starting.complete(broker);
            }

            @Override
            public void failed(String why) {
                starting.completeExceptionally(new StartException(why));
            }

            @Override
            public void halted(String why) {
                halted.accept(why);
            }
        });
        try {
            return starting.get();
        } catch (ExecutionException e) {
            throw new StartException(
                    String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()));
        }
    }

    /** Alone, or with others. A node that was with others once would not know what they have agreed on since. */
    private static MetadataLogs metadataLogs(Settings settings) throws StartException {
        Optional<ControllerQuorum> quorum = ControllerQuorum.of(settings);
        if (quorum.isPresent()) {
            return new QuorumMetadataLogs(
                    quorum.get(), Duration.ofMillis(settings.get(BrokerSettings.CONTROLLER_QUORUM_FETCH_TIMEOUT_MS)));
        }
        String first = settings.find(BrokerSettings.LOG_DIRS)
                .orElseGet(() -> settings.get(BrokerSettings.LOG_DIR))
                .getFirst();
        if (Files.exists(Path.of(first).resolve(QuorumMetadataLogs.FOLDER))) {
            throw new StartException("the data in " + first + " belongs to a node of a cluster: start it with the"
                    + " settings that name the others (controller.quorum.voters or"
                    + " controller.quorum.bootstrap.servers), or with another --set log.dirs=DIRECTORY");
        }
        return MetadataLogs.EMBEDDED;
    }

    private static LogLevels logLevels() {
        return LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers
                ? new LogbackLevels(loggers)
                : LogLevels.none();
    }

    private static Optional<Gateway> startGateway(Broker broker, Settings settings) throws StartException {
        Optional<Listeners.Address> address = Listeners.http(settings);
        if (address.isEmpty()) {
            return Optional.empty();
        }
        Listeners.Address http = address.get();
        try {
            return Optional.of(Gateway.start(broker, http.host(), http.port()));
        } catch (IOException e) {
            throw new StartException("cannot listen on " + http.host() + ":" + http.port() + " for metrics and health ("
                    + e.getMessage()
                    + "); choose another with --set barnabas.http.listener=http://host:port, or none with"
                    + " --set barnabas.http.listener=");
        }
    }

    private void greet(Broker broker, Optional<Gateway> gateway) {
        String address = broker.listeners().getFirst().advertised().toString();
        out.println("Barnabas is ready: " + address + " (node " + broker.nodeId() + " of cluster " + broker.clusterId()
                + ")");
        out.println("  data     "
                + broker.logDirectories().stream()
                        .map(directory ->
                                Path.of(directory).toAbsolutePath().normalize().toString())
                        .collect(Collectors.joining(", ")));
        gateway.ifPresent(http -> out.println("  metrics  http://" + http.address() + "/metrics, health at /health"));
        out.println("  stop     Ctrl-C, or kill " + ProcessHandle.current().pid());
        String bootstrap = address.equals("localhost:9092") ? "" : " --bootstrap-server " + address;
        out.println("  try      ./barnabas produce" + bootstrap + " greetings   and, in another terminal:");
        out.println("           ./barnabas consume" + bootstrap + " greetings --from-beginning");
        out.flush();
    }

    private static void stop(Broker broker, Optional<Gateway> gateway, CountDownLatch stopped) {
        gateway.ifPresent(Gateway::close);
        CountDownLatch brokerStopped = new CountDownLatch(1);
        broker.stop(brokerStopped::countDown);
        try {
            if (!brokerStopped.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                log.error(
                        "Stopping took too long; what is not closed is recovered at the next start seconds={}",
                        STOP_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        stopped.countDown();
    }

    private static final class StartException extends Exception {
        private static final long serialVersionUID = 1L;

        StartException(String message) {
            super(message);
        }
    }
}
