package dev.seedgate.testing;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.regex.Pattern;

/** The product's classes that somebody wrote: neither tests nor what a packaging generated. */
public final class ProductClasses {

    /** Bean definitions and proxies, which lie among the others after a packaging. */
    private static final Pattern GENERATED = Pattern.compile("(__|\\$\\$)[^/]*$");

    /** For who imports by itself. */
    public static final DescribedPredicate<JavaClass> ARE_GENERATED =
            DescribedPredicate.describe(
                    "are generated", it -> GENERATED.matcher(it.getName()).find());

    private ProductClasses() {}

    public static JavaClasses all() {
        return new ClassFileImporter()
                .withImportOption(location -> !location.contains("test-classes"))
                .withImportOption(
                        location -> !GENERATED.matcher(location.asURI().toString()).find())
                .importPackages("dev.seedgate");
    }
}
