package dev.barnabas.host;

/**
 * A host name or address with a port.
 *
 * @param port 0 to 65535; listening on 0 picks a free one
 */
public record Endpoint(String host, int port) {

    public Endpoint {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port out of range: " + port);
        }
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
