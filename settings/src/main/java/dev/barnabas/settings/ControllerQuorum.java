package dev.barnabas.settings;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * With whom a node agrees on the cluster's metadata.
 *
 * @param bind where this node listens for the others
 * @param advertised where the others reach it
 * @param voters the first voters of the cluster by node id ({@code controller.quorum.voters}); empty if voters are
 *     added one by one (KIP-853)
 * @param bootstrap nodes through which a new one joins ({@code controller.quorum.bootstrap.servers})
 * @param joinsByItself whether a node that is no voter asks to become one ({@code controller.quorum.auto.join.enable},
 *     KIP-1186)
 */
public record ControllerQuorum(
        Listeners.Address bind,
        Listeners.Address advertised,
        Map<Integer, Listeners.Address> voters,
        List<Listeners.Address> bootstrap,
        boolean joinsByItself) {

    private static final Pattern VOTER = Pattern.compile("(\\d{1,9})@(.*)");

    public ControllerQuorum {
        voters = Collections.unmodifiableMap(new TreeMap<>(voters));
        bootstrap = List.copyOf(bootstrap);
    }

    /** Whether the cluster may begin with this node alone: it is the only one through which others could join. */
    public boolean beginsHere() {
        return voters.isEmpty() && bootstrap.equals(List.of(advertised));
    }

    /** Of settings that were accepted by {@link SettingsReader}; empty for a node that is alone. */
    public static Optional<ControllerQuorum> of(Settings settings) {
        List<Problem> problems = new ArrayList<>();
        Optional<ControllerQuorum> quorum = read(settings, problems);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(problems.toString());
        }
        return quorum;
    }

    static Optional<ControllerQuorum> read(Settings settings, List<Problem> problems) {
        int before = problems.size();
        Map<Integer, Listeners.Address> voters = voters(settings, problems);
        List<Listeners.Address> bootstrap = bootstrap(settings, problems);
        int self = settings.get(BrokerSettings.NODE_ID);
        boolean alone = voters.isEmpty() ? bootstrap.isEmpty() : voters.keySet().equals(java.util.Set.of(self));
        if (alone || problems.size() > before) {
            return Optional.empty();
        }
        Listeners.Listener own = own(settings, problems);
        if (own == null) {
            return Optional.empty();
        }
        Listeners.Address advertised = voters.getOrDefault(self, own.advertised());
        if (advertised.host().isEmpty()
                || advertised.host().equals("0.0.0.0")
                || advertised.host().equals("::")) {
            problems.add(problem(
                    BrokerSettings.ADVERTISED_LISTENERS,
                    "the other nodes cannot connect to " + own.name() + "://" + advertised.host()
                            + ": name the address of this machine"));
        }
        return Optional.of(new ControllerQuorum(
                own.bind(),
                advertised,
                voters,
                bootstrap,
                settings.get(BrokerSettings.CONTROLLER_QUORUM_AUTO_JOIN_ENABLE)));
    }

    private static Map<Integer, Listeners.Address> voters(Settings settings, List<Problem> problems) {
        Map<Integer, Listeners.Address> voters = new TreeMap<>();
        for (String text : settings.get(BrokerSettings.CONTROLLER_QUORUM_VOTERS)) {
            Matcher matcher = VOTER.matcher(text);
            Listeners.Address address = matcher.matches() ? Listeners.address(matcher.group(2)) : null;
            if (address == null || address.host().isEmpty() || address.port() == 0) {
                problems.add(
                        problem(BrokerSettings.CONTROLLER_QUORUM_VOTERS, "'" + text + "' is not NODE_ID@host:port"));
            } else if (voters.put(Integer.parseInt(matcher.group(1)), address) != null) {
                problems.add(
                        problem(BrokerSettings.CONTROLLER_QUORUM_VOTERS, "names node " + matcher.group(1) + " twice"));
            }
        }
        return voters;
    }

    private static List<Listeners.Address> bootstrap(Settings settings, List<Problem> problems) {
        List<Listeners.Address> bootstrap = new ArrayList<>();
        for (String text : settings.get(BrokerSettings.CONTROLLER_QUORUM_BOOTSTRAP_SERVERS)) {
            Listeners.Address address = Listeners.address(text);
            if (address == null || address.host().isEmpty() || address.port() == 0) {
                problems.add(
                        problem(BrokerSettings.CONTROLLER_QUORUM_BOOTSTRAP_SERVERS, "'" + text + "' is not host:port"));
            } else {
                bootstrap.add(address);
            }
        }
        return bootstrap;
    }

    private static Listeners.@Nullable Listener own(Settings settings, List<Problem> problems) {
        List<String> names = settings.get(BrokerSettings.CONTROLLER_LISTENER_NAMES).stream()
                .map(name -> name.toUpperCase(Locale.ROOT))
                .toList();
        List<Listeners.Listener> own = Listeners.ofControllers(settings, problems);
        if (own.isEmpty()) {
            problems.add(problem(
                    BrokerSettings.CONTROLLER_LISTENER_NAMES,
                    names.isEmpty()
                            ? "a node of a cluster needs a listener for the others: add CONTROLLER://host:port to"
                                    + " listeners, and set controller.listener.names=CONTROLLER"
                            : "none of " + String.join(", ", names) + " is one of the names in listeners"));
            return null;
        }
        return own.getFirst();
    }

    private static Problem problem(Setting<?> setting, String message) {
        return new Problem("", setting.name(), message);
    }
}
