package dev.barnabas.protocol;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Tests handle all messages alike, which takes reflection; failures of what is called come out as they are. */
final class Reflection {
    private Reflection() {}

    static Class<?> type(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError("there is no " + name, e);
        }
    }

    /** A struct of the message {@code topLevel}. */
    static Class<?> nested(Class<?> topLevel, String name) {
        return Arrays.stream(topLevel.getClasses())
                .filter(nested -> nested.getSimpleName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(topLevel + " has no " + name));
    }

    static Method method(Class<?> type, String name, Class<?>... parameters) {
        try {
            return type.getMethod(name, parameters);
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    static Method setter(Class<?> type, String component) {
        String name = "set" + Character.toUpperCase(component.charAt(0)) + component.substring(1);
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getName().equals(name) && method.getParameterCount() == 1)
                .findFirst()
                .orElseThrow(() -> new AssertionError(type + " has no " + name));
    }

    static @Nullable Object call(Method method, @Nullable Object target, @Nullable Object... arguments) {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw unchecked(e);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    /** What a method returns that never returns null. */
    static Object get(Method method, @Nullable Object target, @Nullable Object... arguments) {
        return Objects.requireNonNull(call(method, target, arguments), method.toString());
    }

    /** What the builder of a message or struct starts with. */
    static Object defaults(Class<?> type) {
        return build(get(method(type, "builder"), null));
    }

    /** The same message or struct again, by way of its builder. */
    static Object copy(Object struct) {
        return build(get(method(struct.getClass(), "toBuilder"), struct));
    }

    private static Object build(Object builder) {
        return get(method(builder.getClass(), "build"), builder);
    }

    static <T> T create(Class<T> type) {
        try {
            return type.getConstructor().newInstance();
        } catch (InvocationTargetException e) {
            throw unchecked(e);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    static Object createRecord(Class<?> type, @Nullable Object[] components) {
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getConstructor(types);
            return constructor.newInstance(components);
        } catch (InvocationTargetException e) {
            throw unchecked(e);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    private static RuntimeException unchecked(InvocationTargetException e) {
        if (e.getCause() instanceof Error error) {
            throw error;
        }
        return e.getCause() instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e.getCause());
    }
}
