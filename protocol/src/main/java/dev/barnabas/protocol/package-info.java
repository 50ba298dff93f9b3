/**
 * The wire as values: generated messages, headers, error codes, record batches, compression. No I/O, no threads, no
 * clock.
 *
 * <h2>A request and its response</h2>
 *
 * A client opens a connection and sends requests; the broker answers each with one response, in the same order. On the
 * wire each is a frame: four bytes of length, a header, a body. All numbers are big-endian.
 *
 * <pre>
 * request:   int32 length | api key, api version, correlation id, client id | body of FooRequest
 * response:  int32 length | correlation id                                  | body of FooResponse
 * </pre>
 *
 * The <em>API key</em> ({@link dev.barnabas.protocol.ApiKey}) says which API is called, and the <em>API version</em> in
 * which form the bodies of request and response are. A client learns from ApiVersions which versions the broker speaks.
 * The correlation id is chosen by the client and comes back in the response. {@link dev.barnabas.protocol.Wire} puts
 * headers in front of bodies and takes them off; the length is the business of the network.
 *
 * <h2>Two encodings</h2>
 *
 * A body is the fields of its schema one after another, without names or types; only those that the version has.
 * Numbers are 1, 2, 4 or 8 bytes, a uuid is 16. For everything of variable length there are two encodings. The older
 * versions of an API use the first; the newer ones, from {@link dev.barnabas.protocol.ApiKey#firstFlexibleVersion()}
 * on, are <em>flexible</em> and use the second (KIP-482):
 *
 * <pre>
 *                        not flexible                       flexible ("compact")
 * string                 int16 length, UTF-8 bytes          varint length + 1, UTF-8 bytes
 * bytes, records         int32 length, bytes                varint length + 1, bytes
 * array                  int32 count, elements              varint count + 1, elements
 * null of these          length or count -1                 0
 * struct                 its fields                         its fields, then its tagged fields
 * struct that may        not in use                         int8 1, then the struct; int8 -1 for null
 *   be null
 * </pre>
 *
 * A varint here is an unsigned number, seven bits to a byte, the lowest first, with the highest bit set in all bytes
 * but the last.
 *
 * <p><em>Tagged fields</em> stand at the end of every flexible struct: a varint count, and for each a varint tag, a
 * varint size, and the value. A field that holds its default is left out, and a reader skips tags that it does not
 * know: so fields can be added without a new version. (A struct in a tagged field that may be null has one more byte in
 * front, 1 or 0 for null.)
 *
 * <h2>Headers</h2>
 *
 * A request's header is in version 1, or 2 with tagged fields if its body is flexible; a response's header is in
 * version 0, or 1. Two exceptions let client and broker talk before they know each other: the client id is never
 * compact, and the header of an ApiVersions response is always in version 0. A broker answers an ApiVersions request in
 * a version that it does not know in version 0.
 *
 * <h2>From bytes to values and back</h2>
 *
 * <ul>
 *   <li>{@link dev.barnabas.protocol.Message} is what all generated records are: {@link dev.barnabas.protocol.message}
 *       has requests, responses and headers, {@link dev.barnabas.protocol.state} the records of internal topics.
 *   <li>{@link dev.barnabas.protocol.Reader} reads. It believes nothing: bytes that are not a message end in a
 *       {@link dev.barnabas.protocol.MalformedMessageException}, before memory is taken for what they promise. Bytes
 *       and records are views of the buffer that was read: who keeps one keeps the frame, and copies it if it is to be
 *       kept for long.
 *   <li>{@link dev.barnabas.protocol.Writer} writes into a buffer of exactly the right size, which the message computes
 *       first.
 *   <li>{@link dev.barnabas.protocol.Records} in a message are never copied: {@link dev.barnabas.protocol.Encoded} has
 *       the bytes around them and the places where they belong, so that the network can send them from a file.
 *   <li>{@link dev.barnabas.protocol.ErrorCode} lists what responses can say went wrong.
 *   <li>{@link dev.barnabas.protocol.record} is about what is inside records: batches, their checks, compression.
 * </ul>
 */
@NullMarked
package dev.barnabas.protocol;

import org.jspecify.annotations.NullMarked;
