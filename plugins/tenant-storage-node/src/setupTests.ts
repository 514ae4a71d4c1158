// Tests start an API server and read thousands of files. This is for what never ends, so that a slow machine fails no right test.
jest.setTimeout(180_000);
