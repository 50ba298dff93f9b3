package dev.barnabas.metadata.ratis;

import dev.barnabas.host.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a member finds the others. Blocks: for a virtual thread. */
final class Search {

    private static final Logger LOG = LoggerFactory.getLogger(Search.class);
    private static final Duration GREETING_TIMEOUT = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final QuorumSettings settings;
    private final MemberId self;
    private final Endpoint own;
    private final Addresses addresses;
    private final Transport transport;

    Search(QuorumSettings settings, Endpoint own, Addresses addresses, Transport transport) {
        this.settings = settings;
        this.self = settings.self();
        this.own = own;
        this.addresses = addresses;
        this.transport = transport;
    }

    /** Greets everybody until there is a quorum to belong to, or one to be founded; its members. */
    List<Member> run(BooleanSupplier closed) throws IOException {
        while (!closed.getAsBoolean()) {
            Map<Endpoint, Greeting.Answer> answers = greetAll(false);
            for (Greeting.Answer answer : answers.values()) {
                if (!answer.members().isEmpty()) {
                    return withSelf(answer.members());
                }
            }
            Optional<List<Member>> founders = founders(answers);
            if (founders.isPresent()) {
                return founders.get();
            }
            Membership.pause(PAUSE);
        }
        return List.of();
    }

    private List<Member> withSelf(List<Member> members) {
        List<Member> all = new ArrayList<>(members);
        if (all.stream().noneMatch(member -> member.id().equals(self))) {
            all.add(new Member(self, own, false));
        }
        return all;
    }

    /** Only one founds: the voter with the lowest id; and only when it knows all others by their directories. */
    private Optional<List<Member>> founders(Map<Endpoint, Greeting.Answer> answers) {
        Map<Integer, Endpoint> voters = settings.voters();
        if (voters.keySet().stream()
                .findFirst()
                .filter(id -> id == self.nodeId())
                .isEmpty()) {
            return Optional.empty();
        }
        List<Member> founders = new ArrayList<>();
        voters.forEach((id, address) -> {
            if (id == self.nodeId()) {
                founders.add(new Member(self, own, true));
            } else {
                Greeting.Answer answer = answers.get(address);
                if (answer != null && answer.from().nodeId() == id) {
                    founders.add(new Member(answer.from(), address, true));
                }
            }
        });
        return founders.size() == voters.size() ? Optional.of(founders) : Optional.empty();
    }

    /** Tells all where this member is; what they answer, by address. */
    Map<Endpoint, Greeting.Answer> greetAll(boolean wantsIn) throws IOException {
        Map<Endpoint, Greeting.Answer> answers = new ConcurrentHashMap<>();
        byte[] greeting = new Greeting(self, own, wantsIn).encode();
        List<Thread> greeters = new ArrayList<>();
        for (Endpoint address : addresses.all(self, own)) {
            greeters.add(Thread.ofVirtual().name("quorum-greeting").start(() -> {
                try {
                    byte[] reply = transport.call(address, Frame.GREETING, greeting, GREETING_TIMEOUT);
                    Greeting.Answer answer = Greeting.Answer.decode(reply);
                    if (!answer.from().equals(self)) {
                        addresses.says(answer.from(), address);
                        answers.put(address, answer);
                    }
                } catch (IOException absent) {
                    LOG.debug("No answer from {}", address, absent);
                }
            }));
        }
        for (Thread greeter : greeters) {
            try {
                greeter.join();
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
        }
        return answers;
    }
}
