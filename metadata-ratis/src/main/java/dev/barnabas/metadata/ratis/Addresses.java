package dev.barnabas.metadata.ratis;

import dev.barnabas.host.Endpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where members are. What one says itself counts most, then the settings, and then what the log says: that is from when
 * the member was added. May be used on any thread.
 */
final class Addresses {

    private final QuorumSettings settings;
    private final Map<MemberId, Endpoint> said = new ConcurrentHashMap<>();
    private final Map<MemberId, Endpoint> logged = new ConcurrentHashMap<>();

    Addresses(QuorumSettings settings) {
        this.settings = settings;
    }

    void says(MemberId member, Endpoint address) {
        said.put(member, address);
    }

    void logs(Member member) {
        logged.put(member.id(), member.address());
    }

    Optional<Endpoint> find(MemberId member) {
        Endpoint own = said.get(member);
        Endpoint configured = settings.voters().get(member.nodeId());
        return Optional.ofNullable(own != null ? own : configured != null ? configured : logged.get(member));
    }

    Endpoint get(MemberId member) throws IOException {
        return find(member).orElseThrow(() -> new IOException("it is not known where " + member + " is"));
    }

    /** All at which another member may be. */
    List<Endpoint> all(MemberId self, Endpoint own) {
        Set<Endpoint> all = new LinkedHashSet<>();
        settings.voters().forEach((id, address) -> {
            if (id != self.nodeId()) {
                all.add(address);
            }
        });
        all.addAll(settings.bootstrapServers());
        for (Map<MemberId, Endpoint> known : List.of(said, logged)) {
            known.forEach((id, address) -> {
                if (!id.equals(self)) {
                    all.add(address);
                }
            });
        }
        all.remove(own);
        return new ArrayList<>(all);
    }
}
