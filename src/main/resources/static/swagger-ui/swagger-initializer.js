window.onload = () => {
  window.ui = SwaggerUIBundle({
    // Beside this page, whatever prefix a proxy puts before both.
    url: "../v3/api-docs",
    dom_id: "#swagger-ui",
    deepLinking: true,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    layout: "StandaloneLayout",
  });
};
