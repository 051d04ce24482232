package dev.seedgate.task.dispatch;

import org.springframework.stereotype.Component;

/**
 * The wake-up signal of this instance's dispatcher: sent when work became due here, or room for a
 * call, so that it looks at once. One that nobody listens to yet is lost; the first look needs
 * none.
 */
@Component
class WakeSignal {

    private volatile Runnable listener = () -> {};

    /** Runs this on each signal from now on, on the sender's thread. */
    void onSend(Runnable listener) {
        this.listener = listener;
    }

    void send() {
        listener.run();
    }
}
