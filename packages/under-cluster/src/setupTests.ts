// This is for what never ends, so that a slow machine fails no right test.
jest.setTimeout(300_000);
