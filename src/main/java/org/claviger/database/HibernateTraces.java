package org.claviger.database;

import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.metamodel.ManagedType;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.util.stream.Stream;
import org.hibernate.boot.model.internal.BinderHelper;

/**
 * What Hibernate leaves on classes that stay when this application goes. For each annotation type that it meets on an entity it
 * keeps a value of a class of its own ({@link ClassValue}), and the annotation types are the server's: each redeployment would
 * leave all of Claviger in memory. Hibernate has no operation that removes them.
 */
final class HibernateTraces {
    private static final String CACHE = "annotationMetaCacheForRepeatableDialectOverride";

    private HibernateTraces() {}

    /** Removes them, before the factory is closed. */
    static void remove(EntityManagerFactory factory) {
        try {
            Field field = BinderHelper.class.getDeclaredField(CACHE);
            field.setAccessible(true);
            ClassValue<?> cache = (ClassValue<?>) field.get(null);
            factory.getMetamodel().getManagedTypes().stream()
                    .map(ManagedType::getJavaType)
                    .flatMap(HibernateTraces::elements)
                    .flatMap(element -> Stream.of(element.getAnnotations()))
                    .map(Annotation::annotationType)
                    .distinct()
                    .forEach(cache::remove);
        } catch (ReflectiveOperationException unknown) {
            throw new IllegalStateException("Hibernate has changed: " + CACHE, unknown);
        }
    }

    private static Stream<AnnotatedElement> elements(Class<?> type) {
        return Stream.of(new AnnotatedElement[] {type}, type.getDeclaredFields(), type.getDeclaredMethods())
                .flatMap(Stream::of);
    }
}
