import { defineConfig } from "vite";

/**
 * « rem » follows the size that the host page gives to its <html>: many pages set 62.5 %. Ours follows the reader's own setting
 * instead (--choriste-rem, see src/element.ts), except in media queries, which never look at the page.
 */
function ownRem(css: string): string {
  return css
    .split("\n")
    .map((line) => (line.startsWith("@media") ? line : line.replace(/(-?[\d.]+)rem\b/g, "calc(var(--choriste-rem) * $1)")))
    .join("\n");
}

export default defineConfig({
  plugins: [
    {
      name: "own-rem",
      enforce: "pre",
      transform: (code, id) => (id.endsWith(".css?inline") ? ownRem(code) : null),
    },
  ],
  publicDir: false,
  build: {
    target: "es2022",
    outDir: process.env.CHORISTE_WIDGET_OUT ?? "../api/widget",
    // The folder holds the style of the pages too.
    emptyOutDir: false,
    copyPublicDir: false,
    lib: { entry: "src/main.ts", formats: ["iife"], name: "choristeWidget", fileName: () => "widget.js" },
    rollupOptions: {
      output: { banner: "/* Choriste's widget, built from widget/ (MIT). Do not edit: docs/widget.md. */" },
    },
  },
});
