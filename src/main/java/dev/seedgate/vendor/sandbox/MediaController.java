package dev.seedgate.vendor.sandbox;

import io.swagger.v3.oas.annotations.Hidden;
import java.time.Duration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Controller of the clips' files, open to everybody who has a link, like the vendor's. */
@SandboxOnly
@Hidden
@RestController
class MediaController {

    /** A link's clip never changes; a day covers a session of trying without filling caches. */
    private static final CacheControl CACHED =
            CacheControl.maxAge(Duration.ofDays(1)).cachePublic().immutable();

    private final SandboxTasks tasks;

    MediaController(SandboxTasks tasks) {
        this.tasks = tasks;
    }

    @GetMapping("/sandbox/media/{name:clip_[0-9a-z]+}.mp4")
    ResponseEntity<Resource> clip(@PathVariable("name") String name) {
        SandboxTask task =
                tasks.findByMedia(name)
                        .filter(SandboxTask::succeeded)
                        .orElseThrow(() -> new SandboxException(404, "There is no such clip."));
        return ResponseEntity.ok()
                .contentType(MediaType.valueOf("video/mp4"))
                .cacheControl(CACHED)
                .body(file(task.order()));
    }

    /** One of the files that src/main/clips/make-clips makes. */
    private static Resource file(ClipOrder order) {
        String ratio = order.aspectRatio().replace(':', 'x');
        String sound = order.sound() ? "-sound" : "";
        return new ClassPathResource(
                "sandbox/clips/" + ratio + "-" + order.duration() + "s" + sound + ".mp4");
    }
}
