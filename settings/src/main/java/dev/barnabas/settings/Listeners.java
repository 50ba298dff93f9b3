package dev.barnabas.settings;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the listener settings mean together: where this node listens for clients and what it tells them.
 *
 * @param all in the order of {@code listeners}, without those of controllers
 * @param betweenBrokers the name of the one on which brokers talk to each other
 */
public record Listeners(List<Listener> all, String betweenBrokers) {

    static final Rule<String> HTTP_RULE =
            new Rule<>("http://host:port, or empty", text -> text.isEmpty() || http(text) != null);

    private static final Pattern LISTENER = Pattern.compile("([A-Za-z0-9_.-]+)://(.*)");
    private static final Pattern HTTP = Pattern.compile("http://([^/]*)/?");
    private static final Pattern HOST_AND_PORT =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.%]+)]|([^\\[\\]:/\\s]*)):(\\d{1,5})");
    private static final Set<String> PROTOCOLS = Set.of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL");

    /**
     * A host and a port.
     *
     * @param host empty for every interface
     * @param port 0 for a free one
     */
    public record Address(String host, int port) {}

    /**
     * @param name in upper case
     * @param bind where to listen
     * @param advertised what clients are told. An empty host stands for the name of this machine, port 0 for the port
     *     that was bound
     */
    public record Listener(String name, Address bind, Address advertised) {}

    /** The listeners of settings that were accepted by {@link SettingsReader}. */
    public static Listeners of(Settings settings) {
        List<Problem> problems = new ArrayList<>();
        Listeners listeners = read(settings, problems);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(problems.toString());
        }
        return listeners;
    }

    /** Where metrics and health are served; empty for nowhere. */
    public static Optional<Address> http(Settings settings) {
        return Optional.ofNullable(http(settings.get(BrokerSettings.HTTP_LISTENER)));
    }

    static Listeners read(Settings settings, List<Problem> problems) {
        Map<String, String> protocols = protocols(settings, problems);
        Set<String> ofControllers = new HashSet<>();
        settings.get(BrokerSettings.CONTROLLER_LISTENER_NAMES)
                .forEach(name -> ofControllers.add(name.toUpperCase(Locale.ROOT)));
        Map<String, Address> advertised = new HashMap<>();
        for (String text : settings.find(BrokerSettings.ADVERTISED_LISTENERS).orElse(List.of())) {
            Named listener = parse(BrokerSettings.ADVERTISED_LISTENERS, text, problems);
            if (listener != null) {
                advertised.put(listener.name, listener.address);
            }
        }
        List<Listener> all = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Set<Address> addresses = new HashSet<>();
        for (String text : settings.get(BrokerSettings.LISTENERS)) {
            Named listener = parse(BrokerSettings.LISTENERS, text, problems);
            if (listener == null) {
                continue;
            }
            if (!names.add(listener.name)) {
                problems.add(problem(BrokerSettings.LISTENERS, "two listeners are named " + listener.name));
            }
            if (listener.address.port != 0 && !addresses.add(listener.address)) {
                problems.add(problem(BrokerSettings.LISTENERS, "two listeners have the address of " + text));
            }
            if (!ofControllers.contains(listener.name)) {
                requirePlaintext(listener.name, protocols, problems);
                all.add(new Listener(
                        listener.name, listener.address, advertised.getOrDefault(listener.name, listener.address)));
            }
        }
        if (all.isEmpty() && problems.isEmpty()) {
            problems.add(problem(BrokerSettings.LISTENERS, "no listener is left for clients"));
        }
        advertised.keySet().stream()
                .filter(name -> !names.contains(name) && !ofControllers.contains(name))
                .forEach(name -> problems.add(
                        problem(BrokerSettings.ADVERTISED_LISTENERS, name + " is not one of the names in listeners")));
        all.forEach(listener -> requireRoutable(listener, advertised.containsKey(listener.name), problems));
        return new Listeners(List.copyOf(all), betweenBrokers(settings, all, problems));
    }

    /**
     * The listeners of controllers, which are not for clients. What is wrong with them is said once, by {@link #read}.
     */
    static List<Listener> ofControllers(Settings settings, List<Problem> problems) {
        List<Problem> said = new ArrayList<>();
        Set<String> names = new HashSet<>();
        settings.get(BrokerSettings.CONTROLLER_LISTENER_NAMES)
                .forEach(name -> names.add(name.toUpperCase(Locale.ROOT)));
        Map<String, Address> advertised = new HashMap<>();
        for (String text : settings.find(BrokerSettings.ADVERTISED_LISTENERS).orElse(List.of())) {
            Named listener = parse(BrokerSettings.ADVERTISED_LISTENERS, text, said);
            if (listener != null) {
                advertised.put(listener.name, listener.address);
            }
        }
        Map<String, String> protocols = protocols(settings, said);
        List<Listener> all = new ArrayList<>();
        for (String text : settings.get(BrokerSettings.LISTENERS)) {
            Named listener = parse(BrokerSettings.LISTENERS, text, said);
            if (listener != null && names.contains(listener.name)) {
                // Kafka knows the usual name of it without being told.
                protocols.putIfAbsent(listener.name, "PLAINTEXT");
                requirePlaintext(listener.name, protocols, problems);
                all.add(new Listener(
                        listener.name, listener.address, advertised.getOrDefault(listener.name, listener.address)));
            }
        }
        return all;
    }

    private static String betweenBrokers(Settings settings, List<Listener> all, List<Problem> problems) {
        String first = all.isEmpty() ? "" : all.getFirst().name;
        String named = settings.find(BrokerSettings.INTER_BROKER_LISTENER_NAME)
                .map(name -> name.toUpperCase(Locale.ROOT))
                .orElse(first);
        if (!all.isEmpty() && all.stream().noneMatch(listener -> listener.name.equals(named))) {
            problems.add(problem(
                    BrokerSettings.INTER_BROKER_LISTENER_NAME, named + " is not one of the names in listeners"));
        }
        return named;
    }

    private static void requirePlaintext(String name, Map<String, String> protocols, List<Problem> problems) {
        String protocol = protocols.get(name);
        if (protocol == null) {
            problems.add(problem(
                    BrokerSettings.LISTENER_SECURITY_PROTOCOL_MAP,
                    "says nothing about the listener " + name + "; add " + name + ":PLAINTEXT"));
        } else if (!protocol.equals("PLAINTEXT")) {
            problems.add(problem(
                    BrokerSettings.LISTENERS,
                    "the listener " + name + " is " + protocol
                            + "; TLS and SASL are not in this version: use a listener that is PLAINTEXT"));
        }
    }

    private static void requireRoutable(Listener listener, boolean advertised, List<Problem> problems) {
        String host = listener.advertised.host;
        if (host.equals("0.0.0.0") || host.equals("::")) {
            problems.add(problem(
                    BrokerSettings.ADVERTISED_LISTENERS,
                    "clients cannot connect to " + host + "; name the address of this machine, for example "
                            + listener.name + "://localhost:" + listener.bind.port));
        }
        if (advertised && listener.advertised.port == 0 && listener.bind.port != 0) {
            problems.add(problem(BrokerSettings.ADVERTISED_LISTENERS, listener.name + " needs a port"));
        }
    }

    private static Map<String, String> protocols(Settings settings, List<Problem> problems) {
        Setting<String> setting = BrokerSettings.LISTENER_SECURITY_PROTOCOL_MAP;
        Map<String, String> protocols = new HashMap<>();
        for (String part : settings.get(setting).split(",", -1)) {
            String[] pair = part.strip().toUpperCase(Locale.ROOT).split(":", -1);
            if (pair.length != 2 || pair[0].isEmpty() || !PROTOCOLS.contains(pair[1])) {
                problems.add(problem(
                        setting,
                        "'" + part.strip() + "' is not NAME:PROTOCOL with one of " + "PLAINTEXT, SSL,"
                                + " SASL_PLAINTEXT, SASL_SSL"));
            } else {
                protocols.put(pair[0], pair[1]);
            }
        }
        return protocols;
    }

    private static @Nullable Named parse(Setting<?> setting, String text, List<Problem> problems) {
        Matcher matcher = LISTENER.matcher(text);
        Address address = matcher.matches() ? address(matcher.group(2)) : null;
        if (address == null) {
            problems.add(problem(setting, "'" + text + "' is not NAME://host:port"));
            return null;
        }
        return new Named(matcher.group(1).toUpperCase(Locale.ROOT), address);
    }

    private static @Nullable Address http(String text) {
        Matcher matcher = HTTP.matcher(text);
        return matcher.matches() ? address(matcher.group(1)) : null;
    }

    static @Nullable Address address(String text) {
        Matcher matcher = HOST_AND_PORT.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        int port = Integer.parseInt(matcher.group(3));
        String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        return port > 65_535 ? null : new Address(host, port);
    }

    private static Problem problem(Setting<?> setting, String message) {
        return new Problem("", setting.name(), message);
    }

    private record Named(String name, Address address) {}
}
