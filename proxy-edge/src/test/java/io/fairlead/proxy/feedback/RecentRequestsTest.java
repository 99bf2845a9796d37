package io.fairlead.proxy.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Only the newest are remembered, and nothing that is forgotten is held by what is not. */
class RecentRequestsTest {

    private final RecentRequests requests = new RecentRequests("p-", 8);

    private RecentRequest remember(long number, String session, String host) {
        RecentRequest request =
                new RecentRequest(requests.id(number), "acme", "res1", session, "exit-1", host, host, "default", 0);
        requests.remember(request);
        return request;
    }

    @Test
    void theOldestGoes() {
        for (int i = 1; i <= 100; i++) {
            remember(i, "", "a.example");
        }
        for (int i = 1; i <= 100; i++) {
            assertThat(requests.find(requests.id(i)) != null).as("" + i).isEqualTo(i > 92);
        }
        for (String id : new String[] {"", "p-", "q-2s", "p-2S", "p-02s", "p--1", "p-zzzzzzzzzzzzz", "p-é"}) {
            assertThat(requests.find(id)).as(id).isNull();
        }
    }

    @Test
    void aSessionIsFoundByItsLastRequestToAHost() {
        RecentRequest a = remember(1, "s", "a.example");
        RecentRequest b = remember(2, "s", "b.example");
        assertThat(requests.ofSession("acme", "s", "")).isSameAs(b);
        assertThat(requests.ofSession("acme", "s", "a.example")).isSameAs(a);
        assertThat(requests.ofSession("other", "s", "")).isNull();
        RecentRequest again = remember(2, "s", "b.example");
        assertThat(again.previous).isSameAs(a);
        assertThat(requests.ofSession("acme", "s", "")).isSameAs(again);
        remember(9, "", "c.example"); // takes the place of 1
        assertThat(a.previous).isNull();
        remember(17, "s", "d.example");
        remember(10, "", "c.example"); // takes the place of 2
        assertThat(requests.ofSession("acme", "s", "")).isNotNull();
        remember(25, "", "c.example"); // takes the place of 17, the last of the session
        assertThat(requests.ofSession("acme", "s", "")).isNull();
    }
}
