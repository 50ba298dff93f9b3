/**
 * Build tool: message schemas (JSON) to Java records and codecs. Start reading at
 * {@link dev.barnabas.protocol.generator.Generate}.
 *
 * <h2>The schema language</h2>
 *
 * It is Apache Kafka's. A file describes one message in all its versions; {@code //} starts a comment.
 *
 * <p>{@snippet lang = json : { "apiKey": 2, // the API of a request or response, or the type of a record "type":
 * "request", // request, response, header, data, or anything else for a record "name": "ListThingsRequest",
 * "listeners": ["broker"], // who answers a request "validVersions": "1-4", // "none" for a message that was removed:
 * nothing is generated "flexibleVersions": "3+", // versions in the compact encoding with tagged fields
 * "latestVersionUnstable": false, "fields": [ { "name": "Owner", "type": "string", "versions": "0+",
 * "nullableVersions": "2+", "default": "null", "about": "Whose things, or null for all." }, { "name": "Limit", "type":
 * "int32", "versions": "3+", "taggedVersions": "3+", "tag": 0, "default": "-1", "ignorable": true }, { "name":
 * "Places", "type": "[]Place", "versions": "0+", "fields": [ { "name": "Name", "type": "string", "versions": "0+" } ]}
 * ], "commonStructs": [] // structs that several fields use, with name, versions and fields } }
 *
 * <ul>
 *   <li><b>Types</b>: {@code bool}, {@code int8}, {@code int16}, {@code uint16}, {@code int32}, {@code uint32},
 *       {@code int64}, {@code float64}, {@code uuid}, {@code string}, {@code bytes}, {@code records}, the name of a
 *       struct, and arrays ({@code []}) of structs, strings, ids and signed integers. A struct is declared where it is
 *       first used, by {@code fields}, or in {@code commonStructs}.
 *   <li><b>Version ranges</b>: {@code 3}, {@code 3+}, {@code 3-7}, {@code none}.
 *   <li><b>{@code versions}</b>: which versions have the field. If it is left out, those of {@code taggedVersions}.
 *   <li><b>{@code taggedVersions}, {@code tag}</b>: the field is not in its place but among the tagged fields at the
 *       end of its struct, and only if it differs from its default.
 *   <li><b>{@code default}</b>: a number (also hexadecimal), {@code true}, a string, or {@code "null"}. Without one: 0,
 *       false, the empty string, the empty array, a struct of defaults. JSON's own {@code null} means no default, too.
 *   <li><b>{@code ignorable}</b>: a value may be dropped silently if a version does not have the field. Without it,
 *       writing such a message fails.
 *   <li><b>{@code flexibleVersions}</b> of a field overrides that of the message; only the client id in request headers
 *       does.
 *   <li>{@code entityType}, {@code mapKey} and {@code zeroCopy} are hints for other generators and have no effect here.
 *       Any other key is an error.
 * </ul>
 *
 * <h2>What is generated</h2>
 *
 * For each message a record that implements {@code Message} (or {@code Request} or {@code Response}), with a component
 * for every field that any version has, in the order of the schema, and its structs as records nested in it. Each has:
 *
 * <ul>
 *   <li>{@code LOWEST_VERSION}, {@code HIGHEST_VERSION}; for a record of a log with an {@code apiKey},
 *       {@code RECORD_TYPE};
 *   <li>{@code static X read(Reader, int version)}, {@code int size(int version)}, {@code void write(Writer, int
 *       version)};
 *   <li>{@code static Builder builder()}, which starts with the defaults, and {@code Builder toBuilder()};
 *   <li>a constructor that copies lists, unless they are immutable already, and refuses null where the schema does.
 *       {@code bytes} become a read-only {@code ByteBuffer}, {@code records} a {@code Records}: both refer to the
 *       buffer that was read, without copying it.
 * </ul>
 *
 * With {@code --api-keys} there is also the enum {@code ApiKey} in {@code dev.barnabas.protocol}. The classes that do
 * the shared work ({@code Reader}, {@code Writer}, {@code Sizes}) are not generated: they are in
 * {@code dev.barnabas.protocol}.
 *
 * <h2>How the generator works</h2>
 *
 * {@link dev.barnabas.protocol.generator.SchemaParser} reads a file into a
 * {@link dev.barnabas.protocol.generator.Schema} of {@link dev.barnabas.protocol.generator.Struct}s and
 * {@link dev.barnabas.protocol.generator.Field}s. {@code MessageCode} makes the file for a schema, {@code StructCode} a
 * record in it, {@code CodecCode} the record's methods for reading and writing, and {@code FieldCode} the expressions
 * for one field in them. Where versions differ, a {@code Condition} says so, simplified for the versions in which the
 * struct can occur, so that a message with one version has no conditions at all.
 *
 * <h2>How a module uses it</h2>
 *
 * As in {@code protocol/pom.xml}: {@code exec-maven-plugin} runs {@code Generate} in the phase
 * {@code generate-sources}, with this module as a dependency of the plugin and {@code includePluginDependencies}, so
 * that it is built first but is not on the module's class path; {@code build-helper-maven-plugin} adds the output. A
 * package needs a {@code package-info} of its own with {@code @NullMarked}. A run that finds nothing changed takes a
 * fraction of a second and touches no file.
 */
@NullMarked
package dev.barnabas.protocol.generator;

import org.jspecify.annotations.NullMarked;
