"""The pages: partners, the desk, managers. Each view reaches its object, reads a form, calls one action, responds."""
