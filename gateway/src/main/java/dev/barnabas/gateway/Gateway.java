package dev.barnabas.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.barnabas.broker.Broker;
import dev.barnabas.broker.Observation;
import dev.barnabas.host.Endpoint;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The HTTP server of a node.
 *
 * <ul>
 *   <li>{@code GET /metrics}: Prometheus' text format, version 0.0.4.
 *   <li>{@code GET /health}: 200 when the node answers, all its partitions are online and no directory has failed,
 *       otherwise 503; the body says which.
 * </ul>
 */
public final class Gateway {

    /** Longer than a loop is ever busy; a node that takes longer is not healthy. */
    private static final int OBSERVE_SECONDS = 5;

    private static final PrometheusTextFormatWriter WRITER =
            PrometheusTextFormatWriter.builder().build();

    private final HttpServer server;
    private final ExecutorService threads;
    private final Broker broker;
    private final Metrics metrics;

    private Gateway(HttpServer server, ExecutorService threads, Broker broker) {
        this.server = server;
        this.threads = threads;
        this.broker = broker;
        this.metrics = new Metrics(broker);
    }

    /**
     * Serves from now on.
     *
     * @param host empty for all interfaces
     * @param port 0 for a free one
     * @throws IOException when the address cannot be bound
     */
    public static Gateway start(Broker broker, String host, int port) throws IOException {
        InetSocketAddress address =
                host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(resolve(host), port);
        HttpServer server = HttpServer.create(address, 0);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        server.setExecutor(threads);
        Gateway gateway = new Gateway(server, threads, broker);
        server.createContext("/metrics", gateway::answerMetrics);
        server.createContext("/health", gateway::answerHealth);
        server.start();
        return gateway;
    }

    /** With the port that was really bound. */
    public Endpoint address() {
        return new Endpoint(
                server.getAddress().getHostString(), server.getAddress().getPort());
    }

    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answerMetrics(HttpExchange exchange) throws IOException {
        if (refusesMethod(exchange)) {
            return;
        }
        try {
            ByteArrayOutputStream body = new ByteArrayOutputStream(16 * 1024);
            WRITER.write(body, metrics.collect(observe()));
            answer(exchange, 200, WRITER.getContentType(), body.toByteArray());
        } catch (TimeoutException e) {
            answerText(exchange, 503, "the node does not answer");
        }
    }

    private void answerHealth(HttpExchange exchange) throws IOException {
        if (refusesMethod(exchange)) {
            return;
        }
        try {
            Observation seen = observe();
            boolean healthy =
                    seen.offlinePartitions() == 0 && seen.failedDirectories().isEmpty();
            answerText(
                    exchange,
                    healthy ? 200 : 503,
                    healthy
                            ? "ok, " + seen.partitions().size() + " partitions online"
                            : seen.offlinePartitions() + " partitions offline, "
                                    + seen.partitions().size() + " online"
                                    + (seen.failedDirectories().isEmpty()
                                            ? ""
                                            : "; failed directories: " + String.join(", ", seen.failedDirectories())));
        } catch (TimeoutException e) {
            answerText(exchange, 503, "the node does not answer");
        }
    }

    private Observation observe() throws IOException, TimeoutException {
        CompletableFuture<Observation> seen = new CompletableFuture<>();
        broker.observe(seen::complete);
        try {
            return seen.get(OBSERVE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static boolean refusesMethod(HttpExchange exchange) throws IOException {
        if (exchange.getRequestMethod().equals("GET")) {
            return false;
        }
        exchange.getResponseHeaders().set("Allow", "GET");
        answerText(exchange, 405, "only GET");
        return true;
    }

    private static void answerText(HttpExchange exchange, int status, String text) throws IOException {
        answer(exchange, status, "text/plain; charset=utf-8", (text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static void answer(HttpExchange exchange, int status, String contentType, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.sendResponseHeaders(status, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private static InetAddress resolve(String host) throws IOException {
        return InetAddress.getAllByName(host)[0];
    }
}
