package io.fairlead.lab.names;

import io.fairlead.lab.control.ControlDoor;
import java.io.IOException;

/** {@code GET /answers}: what answers were worth; {@code PUT /groups/ID/failure}: a group fails; {@code DELETE} of the same: it is back. */
final class NameServiceControl {

    private NameServiceControl() {}

    /** @param port 0: any that is free */
    static ControlDoor start(NameService service, int port) throws IOException {
        return new ControlDoor.Plan()
                .on("GET", "/answers", asked -> service.seen())
                .on("PUT", "/groups/ID/failure", asked -> failed(service, asked.part(1), true))
                .on("DELETE", "/groups/ID/failure", asked -> failed(service, asked.part(1), false))
                .open("names-control", port);
    }

    private static Object failed(NameService service, String group, boolean fails) {
        service.fail(group, fails);
        return service.seen();
    }
}
