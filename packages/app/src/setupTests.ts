import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// A whole portal is compiled and shown. These are for what never comes, so that a slow machine fails no right test.
jest.setTimeout(180_000);
configure({ asyncUtilTimeout: 60_000 });
