"""Plans of economies whose curves are not straight: pieces below and above them, refined until they agree."""
