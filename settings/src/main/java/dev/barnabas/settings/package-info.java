/**
 * Every setting, declared once: name, type, default, what is allowed, one sentence of documentation, how it may be
 * changed.
 *
 * <ul>
 *   <li>{@link dev.barnabas.settings.Setting} is a declaration. {@link dev.barnabas.settings.BrokerSettings},
 *       {@link dev.barnabas.settings.CoordinatorSettings}, {@link dev.barnabas.settings.TopicSettings},
 *       {@link dev.barnabas.settings.GroupSettings} and {@link dev.barnabas.settings.ClientMetricsSettings} hold them
 *       as constants; {@link dev.barnabas.settings.Declarations} is all of one {@link dev.barnabas.settings.Scope}.
 *   <li>{@link dev.barnabas.settings.Settings} are values: an immutable stack of layers, read with
 *       {@code settings.get(BrokerSettings.LOG_SEGMENT_BYTES)}. What a value is, where it came from and what it shadows
 *       is {@link dev.barnabas.settings.Described}, which is what Kafka's DescribeConfigs answers.
 *   <li>{@link dev.barnabas.settings.Reading} is how a node starts: the lines of a {@code server.properties}
 *       ({@link dev.barnabas.settings.PropertiesText}) and of {@code --set name=value} become settings with warnings,
 *       or the list of everything that is wrong with them.
 *   <li>{@link dev.barnabas.settings.Listeners} is what the listener settings mean together.
 *   <li>{@link dev.barnabas.settings.SettingsPage} renders the reference page, {@code docs/settings.md}.
 * </ul>
 *
 * <p>Names, types, ranges and meanings are those of Apache Kafka 4.4.0 wherever it has the setting; where a default
 * differs on purpose the declaration says why ({@link dev.barnabas.settings.Setting#difference}), and a test compares
 * the rest. All of Kafka's names are declared. Those that do nothing here say so
 * ({@link dev.barnabas.settings.Setting#withoutEffect}): they are accepted with one warning, so that an existing file
 * keeps working, except where ignoring them would be dangerous; then anything but the harmless value is refused.
 * Barnabas' own settings start with {@code barnabas.}.
 *
 * <p>To add a setting: declare it in the class of its scope, then run the test of {@code SettingsPage} with
 * {@code -Dsettings.page=write} to bring the page up to date.
 */
@NullMarked
package dev.barnabas.settings;

import org.jspecify.annotations.NullMarked;
