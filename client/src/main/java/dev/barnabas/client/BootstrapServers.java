package dev.barnabas.client;

import dev.barnabas.host.Endpoint;
import java.util.ArrayList;
import java.util.List;

/** Kafka's notation for the servers to start from: {@code host:port,[2001:db8::1]:port}. */
final class BootstrapServers {

    private BootstrapServers() {}

    static List<Endpoint> parse(String servers) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (String server : servers.split(",", -1)) {
            if (!server.isBlank()) {
                endpoints.add(endpoint(server.strip()));
            }
        }
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("no bootstrap server is given; expected host:port[,host:port...]");
        }
        return endpoints;
    }

    private static Endpoint endpoint(String server) {
        int colon = server.lastIndexOf(':');
        String host = colon < 0 ? server : server.substring(0, colon);
        String port = colon < 0 ? "" : server.substring(colon + 1);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty() || (!bracketed && host.indexOf(':') >= 0) || !port.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException(
                    "not a server address: \"" + server + "\"; expected host:port, for example localhost:9092");
        }
        int number = Integer.parseInt(port);
        if (number < 1 || number > 65_535) {
            throw new IllegalArgumentException("no such port: " + number + " in \"" + server + "\"");
        }
        return new Endpoint(host, number);
    }
}
