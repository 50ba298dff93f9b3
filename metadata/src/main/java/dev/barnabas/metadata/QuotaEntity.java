package dev.barnabas.metadata;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Whom a client quota is for (KIP-546): a user, a client id, a user with a client id, or an address.
 *
 * @param parts by type ({@link #USER}, {@link #CLIENT_ID}, {@link #IP}) the name; empty for all that have no quota of
 *     their own
 */
public record QuotaEntity(NavigableMap<String, Optional<String>> parts) {

    public static final String USER = "user";
    public static final String CLIENT_ID = "client-id";
    public static final String IP = "ip";

    public static final Set<String> TYPES = Set.of(USER, CLIENT_ID, IP);

    public QuotaEntity {
        parts = Collections.unmodifiableNavigableMap(new TreeMap<>(parts));
    }

    /** The resource under which its quotas are stored: {@code client-id=app&user} for that client id of all users. */
    public Resource resource() {
        List<String> written = new ArrayList<>();
        parts.forEach((type, name) -> written.add(type
                + name.map(text -> "=" + URLEncoder.encode(text, StandardCharsets.UTF_8))
                        .orElse("")));
        return new Resource(Resource.Type.CLIENT_QUOTA, String.join("&", written));
    }

    /** The entity whose quotas are stored under this resource. */
    public static QuotaEntity of(Resource resource) {
        NavigableMap<String, Optional<String>> parts = new TreeMap<>();
        for (String part : resource.name().split("&")) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                parts.put(part, Optional.empty());
            } else {
                parts.put(
                        part.substring(0, equals),
                        Optional.of(URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8)));
            }
        }
        return new QuotaEntity(parts);
    }
}
