/** The account that `npm start` creates in development (scripts/seed.ts). The console's sign-in page offers it. */
export const DEMO_EMAIL = 'demo@example.com'
