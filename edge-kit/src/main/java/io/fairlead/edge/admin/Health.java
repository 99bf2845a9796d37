package io.fairlead.edge.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * What the parts of an edge say of themselves. Not alive: it must be started anew. Not ready: nothing should be sent here.
 * Notes: what is wrong and keeps nobody from being served. Thread-safe; the parts are asked on the admin's thread and must not
 * block.
 */
public final class Health {

    private final List<Part> liveness = new CopyOnWriteArrayList<>();
    private final List<Part> readiness = new CopyOnWriteArrayList<>();
    private final List<Part> notes = new CopyOnWriteArrayList<>();

    private record Part(String name, Supplier<List<String>> complaints) {}

    /** One complaint of one part, in a sentence. */
    public record Complaint(String part, String reason) {}

    /** @param complaints why the process must be started anew; empty while it lives */
    public void liveness(String part, Supplier<List<String>> complaints) {
        liveness.add(new Part(part, complaints));
    }

    /** @param complaints why nothing should be sent here; empty while it is ready */
    public void readiness(String part, Supplier<List<String>> complaints) {
        readiness.add(new Part(part, complaints));
    }

    /** @param complaints what is wrong, and keeps nobody from being served */
    public void note(String part, Supplier<List<String>> complaints) {
        notes.add(new Part(part, complaints));
    }

    /** Why the process must be started anew. */
    public List<Complaint> unalive() {
        return ask(liveness);
    }

    /** Why nothing should be sent here. */
    public List<Complaint> unready() {
        return ask(readiness);
    }

    public List<Complaint> notes() {
        return ask(notes);
    }

    private static List<Complaint> ask(List<Part> parts) {
        List<Complaint> complaints = new ArrayList<>();
        for (Part part : parts) {
            part.complaints().get().forEach(reason -> complaints.add(new Complaint(part.name(), reason)));
        }
        return complaints;
    }
}
