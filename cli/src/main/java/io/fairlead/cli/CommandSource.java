package io.fairlead.cli;

import java.util.List;

/** Further commands found by {@link java.util.ServiceLoader}: how the lab adds its own to the product's. */
public interface CommandSource {

    /** Fresh instances of annotated picocli commands. */
    List<Object> commands();
}
